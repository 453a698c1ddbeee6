/** tempo-operator's size profiles, with the replication factor of each. Source: its manifestutils/size.go. */
export const replicationFactors: ReadonlyMap<string, number> = new Map([
  ["1x.demo", 1],
  ["1x.pico", 2],
  ["1x.extra-small", 2],
  ["1x.small", 2],
  ["1x.medium", 2],
]);
