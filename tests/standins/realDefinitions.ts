/** Where the definitions of the real operators are, if somebody put them there: they are too large to be kept here. */
import { join } from "node:path";

/** The folder; MESH_TRACING_REAL_CRDS names another. */
export const realFolder = process.env.MESH_TRACING_REAL_CRDS ?? join(__dirname, "..", "..", "..", "shared", "crds");

/** The file of each definition in it. */
export const realFiles: Readonly<Record<string, string>> = {
  "servicemeshcontrolplanes.maistra.io": "smcp.yaml",
  "servicemeshmemberrolls.maistra.io": "smmr.yaml",
  "servicemeshmembers.maistra.io": "smm.yaml",
  "kialis.kiali.io": "kiali.yaml",
};
