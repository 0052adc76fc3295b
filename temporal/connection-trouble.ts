/** Why Temporal cannot be reached, as a sentence with what to do. */
export function connectionTrouble(address: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/certificate/i.test(message))
    return (
      `Temporal’s certificate at ${address} is not accepted, so nothing was sent: look at TEMPORAL_TLS_CA and at the host in ` +
      `TEMPORAL_ADDRESS. (${message})`
    );
  return `Temporal at ${address} cannot be reached: look whether it runs, and at TEMPORAL_ADDRESS and TEMPORAL_TLS. (${message})`;
}
