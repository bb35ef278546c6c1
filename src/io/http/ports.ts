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

/** What is wrong with the bridge; a soft fault may pass by itself. */
export type Fault = { readonly reason: string; readonly hard: boolean };

/** What an operator may read. */
export interface BridgeView {
  /** Undefined = healthy. */
  fault(): Fault | undefined;
  version(): string;
  /** Flat object of `/colibri/stats`. */
  statistics(): Readonly<Record<string, unknown>>;
  metrics(format: MetricsFormat): { readonly contentType: string; readonly body: string };
  /** The whole bridge, one conference or one endpoint, in words and numbers; no secret among them. */
  debug(query: DebugQuery): unknown;
  /** How long requests over XMPP took. */
  requestDelays(): unknown;
  /** Conferences in detail, those left out whose focus wants that. */
  rtcstats(): unknown;
  /** Who speaks in a meeting; undefined = there is no such. */
  speakers(meetingId: string): unknown;
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
  /** Ids of the XMPP logins. */
  logins(): readonly string[];
  /** @returns what is wrong with the body, if anything */
  addLogin(body: unknown): string | undefined;
  /** @returns false = there is none of that id */
  removeLogin(id: string): boolean;
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
  readonly rtcstats: boolean;
};

/** What a dashboard looks at closely. */
export type DashboardSelection = {
  readonly conference: string | undefined;
  readonly endpoint: string | undefined;
};

/** The page for operators. */
export interface Dashboard {
  /** By name. */
  readonly files: ReadonlyMap<string, { readonly contentType: string; readonly body: string }>;
  /**
   * Sends a frame, JSON in one line, at once and then every second.
   * @returns how to stop; undefined = too many look already
   */
  readonly watch: (watcher: {
    readonly selection: DashboardSelection;
    readonly send: (frame: string) => void;
  }) => (() => void) | undefined;
}
