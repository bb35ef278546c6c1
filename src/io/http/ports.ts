// What the private HTTP API asks of the bridge; bridge.ts connects it.

/** A status code and a body that is sent as JSON; undefined = no body. */
export type RestReply = { readonly status: number; readonly body: unknown };

/** Colibri2 over REST (colibri2.md §1.4), on the same code as over XMPP. */
export interface ColibriRest {
  post(body: unknown): Promise<RestReply>;
  patch(meetingId: string, body: unknown): Promise<RestReply>;
  get(meetingId: string): RestReply;
}

/** The first Colibri over REST (colibri1.md §1.16). */
export interface Colibri1Rest {
  list(): RestReply;
  post(body: unknown): Promise<RestReply>;
  get(id: string): RestReply;
  patch(id: string, body: unknown): Promise<RestReply>;
}

/** What an operator may read. */
export interface BridgeView {
  /** Undefined = healthy; else what is wrong. */
  fault(): string | undefined;
  version(): string;
  /** Flat object of `/colibri/stats`. */
  statistics(): Readonly<Record<string, unknown>>;
  metrics(format: MetricsFormat): Promise<{ contentType: string; body: string }>;
  /** The whole bridge, one conference or one endpoint, in words and numbers; no secret among them. */
  debug(query: DebugQuery): unknown;
}

export type MetricsFormat = 'openmetrics' | 'text' | 'json';

export type DebugQuery = {
  readonly full: boolean;
  readonly conferenceId?: string;
  readonly endpointId?: string;
};

/** What an operator may do. */
export interface BridgeControl {
  draining(): boolean;
  setDrain(on: boolean): void;
  shutdown(kind: 'graceful' | 'forced'): void;
}

/** Which parts are on; a part that is off answers 404, as JVB's do (operations.md §4.2). */
export type RestSwitches = {
  readonly colibri: boolean;
  readonly shutdown: boolean;
  readonly drain: boolean;
  readonly health: boolean;
  readonly version: boolean;
  readonly debug: boolean;
  readonly prometheus: boolean;
};
