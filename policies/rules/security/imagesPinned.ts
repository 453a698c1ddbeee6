import { isUnknown } from "../../kubernetes/fields";
import { cisBenchmark } from "../../pack/frameworks";
import { imageKinds, images, parseImage, type Image } from "../../kubernetes/images";
import { resourceRule } from "../../pack/rule";

/** Istio's webhook puts the proxy's image in the place of this one. */
const injected = "auto";

/** What a tag names can change; what a digest names cannot. */
export const imagesPinned = resourceRule(
  {
    name: "images-pinned",
    displayName: "Images by digest, from allowed registries",
    description: "A container image must be named by its digest, and must come from a registry that is allowed.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "images"],
    url: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
    framework: cisBenchmark("5.5.1", "Configure image provenance."),
    remediationSteps:
      "Name the image by its digest (registry/repository:tag@sha256:…), and mirror it into an allowed registry.",
    configSchema: {
      properties: {
        require: {
          type: "string",
          enum: ["digest", "tag"],
          description: "What an image's name must have: a digest, or at least a tag that is not latest.",
          default: "digest",
        },
        registries: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description:
            "Registries that are allowed, each a host or a host with the beginning of a path; none: all are.",
          default: [],
        },
      },
    },
  },
  imageKinds,
  (object, findings, config) => {
    const registries = (config["registries"] ?? []) as readonly string[];
    for (const { field, value: reference } of images(object)) {
      if (isUnknown(reference)) {
        findings.undecided(object, reference);
        continue;
      }
      if (reference === injected || reference === "") {
        continue;
      }
      const image = parseImage(reference);
      const problem = config["require"] === "tag" ? tagProblem(image) : digestProblem(image);
      if (problem !== undefined) {
        findings.violation({ object, field, ...problem });
      }
      if (registries.length > 0 && !registries.some((registry) => isFrom(image, registry))) {
        findings.violation({
          object,
          field,
          problem: `from registry ${image.registry}, which is not allowed`,
          fix: `Take it from ${registries.join(" or ")}, or add to registries of policy images-pinned.`,
        });
      }
    }
  },
);

interface Problem {
  readonly problem: string;
  readonly fix: string;
}

function digestProblem({ digest }: Image): Problem | undefined {
  return digest === undefined
    ? {
        problem: "without a digest, so tomorrow it may be another image",
        fix: "Add its digest (…@sha256:…), or set require of policy images-pinned to tag.",
      }
    : undefined;
}

function tagProblem({ tag, digest }: Image): Problem | undefined {
  return digest === undefined && (tag === undefined || tag === "latest")
    ? { problem: "which is whatever was pushed last", fix: "Add the tag of a version, or a digest." }
    : undefined;
}

/** Whether an image is from a registry, or from a part of one. */
function isFrom({ registry, repository }: Image, allowed: string): boolean {
  const path = `${registry}/${repository}`;
  return path.startsWith(allowed.endsWith("/") ? allowed : `${allowed}/`) || path === allowed;
}
