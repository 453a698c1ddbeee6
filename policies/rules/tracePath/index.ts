import type { Rule } from "../../pack/rule";
import { apiVersionsServed } from "./apiVersionsServed";
import { istioAccepted } from "./istioAccepted";
import { kialiAddonAuthReplaced } from "./kialiAddonAuthReplaced";
import { kialiFindsServiceNames } from "./kialiFindsServiceNames";
import { kialiSettingsInPlace } from "./kialiSettingsInPlace";
import { kialiSettingsTakeEffect } from "./kialiSettingsTakeEffect";
import { kialiShowsTraces } from "./kialiShowsTraces";
import { kialiStoreExists } from "./kialiStoreExists";
import { kialiTracingProtocol } from "./kialiTracingProtocol";
import { kialiUrlsReal } from "./kialiUrlsReal";
import { providerPortTakesSpans } from "./providerPortTakesSpans";
import { providerServiceExists } from "./providerServiceExists";
import { providerSupportedByMesh } from "./providerSupportedByMesh";
import { providerTlsAgrees } from "./providerTlsAgrees";
import { queryFrontendMemory } from "./queryFrontendMemory";
import { retentionWithinLifecycle } from "./retentionWithinLifecycle";
import { sidecarEgressIncludesStore } from "./sidecarEgressIncludesStore";
import { storageSecretForm } from "./storageSecretForm";
import { storeReachableUnderMtls } from "./storeReachableUnderMtls";
import { tempomonolithicAccepted } from "./tempomonolithicAccepted";
import { tempoNameUnique } from "./tempoNameUnique";
import { tempoWithoutWarnings } from "./tempoWithoutWarnings";
import { tempostackAccepted } from "./tempostackAccepted";
import { traceContextFormatsAgree } from "./traceContextFormatsAgree";

/** How a span gets from a proxy through the provider's Service and the store into Kiali. */
export const tracePathRules: readonly Rule[] = [
  providerSupportedByMesh,
  providerServiceExists,
  providerPortTakesSpans,
  traceContextFormatsAgree,
  sidecarEgressIncludesStore,
  storeReachableUnderMtls,
  providerTlsAgrees,
  tempostackAccepted,
  tempomonolithicAccepted,
  tempoNameUnique,
  tempoWithoutWarnings,
  storageSecretForm,
  retentionWithinLifecycle,
  queryFrontendMemory,
  kialiStoreExists,
  kialiTracingProtocol,
  kialiSettingsTakeEffect,
  kialiFindsServiceNames,
  kialiAddonAuthReplaced,
  kialiUrlsReal,
  apiVersionsServed,
  istioAccepted,
  kialiSettingsInPlace,
  kialiShowsTraces,
];
