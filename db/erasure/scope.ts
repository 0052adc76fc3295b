/** Where a company's rows are. */
export interface ErasureScope {
  companyId: string;
  /** Its own connections. */
  own: string[];
  /** Connections of companies above it that feed it: there only what is its own is touched. */
  shared: string[];
}
