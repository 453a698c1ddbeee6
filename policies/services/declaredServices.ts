import { equals } from "../pack/decisions";
import { isUnknown, Unknown, type Field } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { serviceOf, type KnownService, type PortsIf } from "./knownService";
import { isHttp2 } from "./servicePort";

/** The ports in a list of service ports. Nothing says what listens behind them. */
export function declaredPorts(list: Field): readonly PortsIf[] {
  const items = list.items();
  if (isUnknown(items)) {
    return [[items, []]];
  }
  return items.map((item): PortsIf => {
    const number = item.at("port").number();
    if (isUnknown(number)) {
      return [number, []];
    }
    const http2 = isHttp2(item.at("name").string(), item.at("appProtocol").string());
    return [true, number === undefined ? [] : [{ number, isHttp2: http2 }]];
  });
}

/** A Service that the stack declares. One that only stands for an outside host has whatever ports that host has. */
export function declaredService(service: KubernetesObject): readonly KnownService[] {
  const spec = service.field("spec");
  const isExternal = equals(spec.at("type"), "ExternalName");
  const outside = isExternal === true ? new Unknown(() => `${service.toString()} stands for another host`) : isExternal;
  return serviceOf(service, (name) => name, [...declaredPorts(spec.at("ports")), [outside, []]]);
}
