import assert from "node:assert/strict";
import { restrictedPods } from "../../policies/rules/security/restrictedPods";
import { judge, mend, resource, tokens, unknown } from "./helper";
import { contained, container, podMakers, podSpec, workload } from "./pods";

const at = "Deployment shop/app: spec.template.spec";

const messages = async (...args: Parameters<typeof workload>) =>
  (await judge(restrictedPods, [workload(...args)])).violations.map(({ message }) => message);

describe("restricted-pods", () => {
  it("accepts a pod that sets everything on itself or on its containers", async () => {
    assert.deepEqual(await messages(podSpec()), []);
    const own = contained({ runAsNonRoot: true, seccompProfile: { type: "Localhost" } });
    assert.deepEqual(await messages({ containers: [own], initContainers: [own] }), []);
    assert.deepEqual(await messages({ containers: [] }), []);
    assert.deepEqual(await messages(undefined), []);
  });

  it("names each field of a pod that sets nothing, and the fix", async () => {
    const { violations } = await judge(restrictedPods, [workload({ containers: [{ name: "app" }] })]);
    assert.deepEqual(
      violations.map(({ message }) => message),
      [
        `${at}.securityContext.runAsNonRoot is not set, so the containers may run as root. Set it to true.`,
        `${at}.containers[0].securityContext.allowPrivilegeEscalation is not set, so a process may gain more rights than its parent has. Set it to false.`,
        `${at}.securityContext.seccompProfile.type is not set, so the containers may make any system call. Set it to RuntimeDefault, or to Localhost with a profile.`,
        `${at}.containers[0].securityContext.capabilities.drop is not set, so the container keeps rights of root. Set it to ["ALL"].`,
      ],
    );
    assert.ok(
      violations.every(({ urn }) => urn === "urn:pulumi:dev::mesh-tracing::kubernetes:apps/v1:Deployment::app"),
    );
  });

  /** What is wrong with an otherwise sound pod, and what must be said of it. */
  const cases: readonly (readonly [what: string, spec: Record<string, unknown>, message: string])[] = [
    ...["hostNetwork", "hostPID", "hostIPC"].map(
      (key) =>
        [key, { [key]: true }, `.${key} is true, which opens a namespace of the node to the pod. Remove it.`] as const,
    ),
    [
      "a privileged container",
      { containers: [contained({ privileged: true })] },
      ".containers[0].securityContext.privileged is true, which gives the container every right on the node. Remove it.",
    ],
    [
      "a host process",
      { securityContext: context({ windowsOptions: { hostProcess: true } }) },
      ".securityContext.windowsOptions.hostProcess is true, which runs the container as a process of the node. Remove it.",
    ],
    [
      "an SELinux type",
      { containers: [contained({ seLinuxOptions: { type: "spc_t" } })] },
      '.containers[0].securityContext.seLinuxOptions.type is "spc_t", an SELinux type that containers may not choose. Remove it, or set container_t.',
    ],
    [
      "an SELinux user",
      { securityContext: context({ seLinuxOptions: { user: "system_u" } }) },
      '.securityContext.seLinuxOptions.user is "system_u", and a pod may not choose its SELinux user. Remove it, or set no value.',
    ],
    [
      "an SELinux role",
      { securityContext: context({ seLinuxOptions: { role: "system_r" } }) },
      '.securityContext.seLinuxOptions.role is "system_r", and a pod may not choose its SELinux role. Remove it, or set no value.',
    ],
    [
      "an AppArmor profile",
      { containers: [contained({ appArmorProfile: { type: "Unconfined" } })] },
      '.containers[0].securityContext.appArmorProfile.type is "Unconfined", which lifts AppArmor\'s confinement. Remove it, or set RuntimeDefault.',
    ],
    [
      "procMount",
      { containers: [contained({ procMount: "Unmasked" })] },
      '.containers[0].securityContext.procMount is "Unmasked", which shows the container more of /proc than it may see. Remove it, or set Default.',
    ],
    [
      "a sysctl",
      { securityContext: context({ sysctls: [{ name: "net.ipv4.tcp_rmem" }, { name: "kernel.msgmax" }] }) },
      '.securityContext.sysctls[1].name is "kernel.msgmax", a setting of the kernel that is not safe to set for one pod. Remove it, or set a safe one.',
    ],
    [
      "a host port",
      { containers: [container({ ports: [{ containerPort: 80, hostPort: 0 }, { hostPort: 8080 }] })] },
      ".containers[0].ports[1].hostPort is 8080, a port of the node. Remove it, and reach the pod through a Service.",
    ],
    [
      "a volume type",
      {
        volumes: [
          { name: "a", emptyDir: {} },
          { name: "b", hostPath: { path: "/" } },
        ],
      },
      '.volumes[1].name is "b", a volume of type hostPath, which reaches beyond the pod. Use one of configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret.',
    ],
    [
      "runAsNonRoot: false",
      { containers: [contained({ runAsNonRoot: false })] },
      ".containers[0].securityContext.runAsNonRoot is false, so the container may run as root. Set it to true.",
    ],
    [
      "root",
      { securityContext: context({ runAsUser: 0 }) },
      ".securityContext.runAsUser is 0, which is root. Remove it, or set another user.",
    ],
    [
      "privilege escalation",
      { containers: [contained({ allowPrivilegeEscalation: true })] },
      ".containers[0].securityContext.allowPrivilegeEscalation is true, so a process may gain more rights than its parent has. Set it to false.",
    ],
    [
      "no seccomp profile",
      { containers: [contained({ seccompProfile: { type: "Unconfined" } })] },
      '.containers[0].securityContext.seccompProfile.type is "Unconfined", so the container may make any system call. Set it to RuntimeDefault, or to Localhost with a profile.',
    ],
    [
      "some capabilities dropped",
      { containers: [contained({ capabilities: { drop: ["NET_RAW"] } })] },
      '.containers[0].securityContext.capabilities.drop is ["NET_RAW"], so the container keeps rights of root. Set it to ["ALL"].',
    ],
    [
      "a capability added",
      { containers: [contained({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } })] },
      '.containers[0].securityContext.capabilities.add[1] is "CHOWN", and a container may add only NET_BIND_SERVICE. Remove it.',
    ],
    ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((probe) =>
      ["httpGet", "tcpSocket"].map(
        (action) =>
          [
            `a host of ${probe}.${action}`,
            { containers: [container({ [probe]: { [action]: { host: "10.0.0.1" } } })] },
            `.containers[0].${probe}.${action}.host is "10.0.0.1", which lets the kubelet call any host. Remove it, or set no host: the pod's own address is meant.`,
          ] as const,
      ),
    ),
    ...["postStart", "preStop"].map(
      (hook) =>
        [
          `a host of ${hook}`,
          { containers: [container({ lifecycle: { [hook]: { httpGet: { host: "10.0.0.1" } } } })] },
          `.containers[0].lifecycle.${hook}.httpGet.host is "10.0.0.1", which lets the kubelet call any host. Remove it, or set no host: the pod's own address is meant.`,
        ] as const,
    ),
  ];
  for (const [what, spec, message] of cases) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual(await messages(podSpec(spec)), [`${at}${message}`]);
    });
  }

  it("refuses an AppArmor profile in an annotation", async () => {
    const key = "container.apparmor.security.beta.kubernetes.io/app";
    const annotated = (value: string) =>
      messages(podSpec(), { metadata: { annotations: { [key]: value, other: "x" } } });
    assert.deepEqual(await annotated("unconfined"), [
      `Deployment shop/app: spec.template.metadata.annotations["${key}"] is "unconfined", which lifts AppArmor's confinement. Remove it, or set runtime/default.`,
    ]);
    for (const allowed of ["", "runtime/default", "localhost/mine"]) {
      assert.deepEqual(await annotated(allowed), []);
    }
  });

  it("accepts what the standard allows", async () => {
    for (const spec of [
      { hostNetwork: false, hostUsers: false },
      { containers: [contained({ seLinuxOptions: { type: "container_engine_t", user: "", role: "" } })] },
      { containers: [contained({ appArmorProfile: { type: "Localhost" }, procMount: "Default", privileged: false })] },
      { containers: [contained({ capabilities: { drop: ["CHOWN", "ALL"], add: ["NET_BIND_SERVICE"] } })] },
      { securityContext: context({ runAsUser: 1000, sysctls: [{ name: "kernel.shm_rmid_forced" }] }) },
      { containers: [container({ livenessProbe: { httpGet: { host: "", port: 80 } } })] },
      { containers: [container({ ports: [{ containerPort: 80 }] })] },
      ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"].map(volume),
      ...["projected", "secret"].map(volume),
      { volumes: [{ name: "a" }, { name: "b", hostPath: null, emptyDir: {} }] },
    ]) {
      assert.deepEqual(await messages(podSpec(spec)), [], JSON.stringify(spec));
    }
  });

  it("asks for what is missing once, on the pod, if any container lacks it", async () => {
    const own = contained({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    const lacking = { securityContext: {}, containers: [own, contained({ name: "b" }), contained({ name: "c" })] };
    assert.deepEqual(
      (await messages(podSpec(lacking))).map((message) => message.split(" is ")[0]),
      [`${at}.securityContext.runAsNonRoot`, `${at}.securityContext.seccompProfile.type`],
    );
    const wrong = podSpec({ securityContext: { runAsNonRoot: false, seccompProfile: { type: "Unconfined" } } });
    assert.equal((await messages(wrong)).length, 2);
  });

  it("judges init and ephemeral containers too", async () => {
    for (const list of ["initContainers", "ephemeralContainers"]) {
      const [message, ...others] = await messages(podSpec({ [list]: [contained({ privileged: true })] }));
      assert.deepEqual(others, []);
      assert.match(message ?? "", new RegExp(`spec\\.${list}\\[0\\]\\.securityContext\\.privileged is true`));
    }
  });

  it("asks a Windows pod only for what Windows has", async () => {
    const windows = { os: { name: "windows" }, containers: [{ name: "app" }] };
    assert.deepEqual(await messages({ ...windows, securityContext: { runAsNonRoot: true } }), []);
    assert.deepEqual(
      (await messages({ ...windows, hostNetwork: true })).map((message) => message.split(" is ")[0]),
      [`${at}.hostNetwork`, `${at}.securityContext.runAsNonRoot`],
    );
    assert.equal((await messages({ os: { name: "linux" }, containers: [{ name: "app" }] })).length, 4);
  });

  for (const [token, path, wrap] of podMakers) {
    it(`judges a ${token}`, async () => {
      const subject = (spec: unknown) =>
        resource(token, { metadata: { name: "app", namespace: "shop" }, ...wrap(spec) });
      assert.deepEqual((await judge(restrictedPods, [subject(podSpec())])).violations, []);
      const [violation] = (await judge(restrictedPods, [subject(podSpec({ hostPID: true }))])).violations;
      assert.match(violation?.message ?? "", new RegExp(` shop/app: ${path.replaceAll(".", "\\.")}\\.hostPID is true`));
    });
  }

  it("asks a patch for nothing, for the rest is declared elsewhere, and judges what it sets", async () => {
    const patch = { token: `${tokens.deployment}Patch` };
    assert.deepEqual(await messages({ containers: [{ name: "app" }], volumes: [{ name: "a" }] }, patch), []);
    const wrong = {
      containers: [contained({ capabilities: { drop: ["CHOWN"] }, allowPrivilegeEscalation: true })],
      securityContext: { runAsNonRoot: false },
      volumes: [{ name: "a", nfs: {} }],
    };
    assert.equal((await messages(wrong, patch)).length, 4);
  });

  describe("mending", () => {
    const specOf = (mended: { props: Record<string, unknown> } | undefined) =>
      (mended?.props["spec"] as { template: { spec: unknown } } | undefined)?.template.spec;
    const mended = async (spec: unknown, options?: Parameters<typeof workload>[1]) =>
      specOf(await mend(restrictedPods, workload(spec, options)));

    it("sets what is missing and has one safe answer", async () => {
      const bare = { image: "app", securityContext: { readOnlyRootFilesystem: true, privileged: false } };
      const confined = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
      assert.deepEqual(await mended({ securityContext: { runAsNonRoot: true }, containers: [bare, { name: "b" }] }), {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          { image: "app", securityContext: { readOnlyRootFilesystem: true, privileged: false, ...confined } },
          { name: "b", securityContext: confined },
        ],
      });
      assert.deepEqual(await mended({ initContainers: [{}], containers: [container()] }), {
        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
        initContainers: [{ securityContext: confined }],
        containers: [container()],
      });
    });

    it("drops all capabilities, where some were dropped", async () => {
      const some = contained({ capabilities: { drop: ["NET_RAW"], add: ["NET_BIND_SERVICE"] } });
      const all = contained({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } });
      assert.deepEqual(await mended(podSpec({ containers: [some] })), podSpec({ containers: [all] }));
    });

    it("leaves what is there, what every container sets itself, and what is set wrong on purpose", async () => {
      for (const spec of [
        podSpec(),
        podSpec({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
        { containers: [contained({ seccompProfile: { type: "RuntimeDefault" } })] },
        podSpec({ containers: [contained({ allowPrivilegeEscalation: true })] }),
        undefined,
        { containers: [] },
      ]) {
        assert.equal(await mended(spec), undefined);
      }
    });

    it("lets containers escalate that could not be created otherwise", async () => {
      for (const context of [
        { privileged: true, capabilities: { drop: ["ALL"] } },
        { privileged: unknown, capabilities: { drop: ["ALL"] } },
        { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } },
        { capabilities: { drop: ["ALL"], add: ["CAP_SYS_ADMIN"] } },
        { capabilities: { drop: ["ALL"], add: [unknown] } },
      ]) {
        assert.equal(await mended(podSpec({ containers: [{ securityContext: context }] })), undefined);
      }
    });

    it("leaves Windows, patches and what is not known alone", async () => {
      const bare = { containers: [{ name: "app" }] };
      assert.equal(await mended({ ...bare, os: { name: "windows" } }), undefined);
      assert.equal(await mended({ ...bare, os: { name: unknown } }), undefined);
      assert.equal(await mended(bare, { token: `${tokens.deployment}Patch` }), undefined);
      for (const spec of [
        { containers: unknown },
        podSpec({ containers: [{ securityContext: unknown }] }),
        { securityContext: unknown, containers: [container()] },
        podSpec({ containers: [contained({ capabilities: { drop: ["CHOWN", unknown] } })] }),
      ]) {
        assert.equal(await mended(spec), undefined);
      }
    });
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(restrictedPods, [resource("core/v1:Service", { spec: { hostPID: true } })]);
    assert.equal(notApplicable, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const spec of [
      { containers: unknown },
      { initContainers: unknown },
      { hostPID: unknown },
      { volumes: unknown },
      { volumes: [unknown] },
      { os: { name: unknown } },
      { securityContext: context({ runAsNonRoot: unknown }) },
      { securityContext: context({ runAsUser: unknown }) },
      { securityContext: context({ seccompProfile: unknown }) },
      { securityContext: context({ sysctls: unknown }) },
      { containers: [contained({ allowPrivilegeEscalation: unknown })] },
      { containers: [contained({ capabilities: { drop: unknown } })] },
      { containers: [contained({ capabilities: { drop: ["CHOWN", unknown] } })] },
      { containers: [contained({ capabilities: { drop: ["ALL"], add: unknown } })] },
      { containers: [container({ ports: unknown })] },
      { containers: [container({ ports: [{ hostPort: unknown }] })] },
      { containers: [container({ livenessProbe: { httpGet: { host: unknown } } })] },
    ]) {
      const { violations, notes } = await judge(restrictedPods, [workload(podSpec(spec))]);
      assert.deepEqual(violations, [], JSON.stringify(spec));
      assert.equal(notes.length, 1, JSON.stringify(spec));
      assert.match(notes[0] ?? "", /^Not decided for Deployment shop\/app: .* is not known before the update\.$/);
    }
    const dropsAll = podSpec({ containers: [contained({ capabilities: { drop: [unknown, "ALL"] } })] });
    assert.deepEqual((await judge(restrictedPods, [workload(dropsAll)])).notes, []);
  });
});

/** A pod's sound security context with these fields added. */
function context(changes: Record<string, unknown>): Record<string, unknown> {
  return { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" }, ...changes };
}

function volume(source: string): Record<string, unknown> {
  return { volumes: [{ name: "a", [source]: {} }] };
}
