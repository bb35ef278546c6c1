import type { MediaDescription } from '../../src/model/media-description.ts';
import type { LocalTransport, RemoteTransport } from '../../src/model/transport.ts';
import type { ClientSpec } from '../client/client-spec.ts';

/** What signalling gives a client before it can connect. */
export type Invitation = {
  /** The bridge's side. */
  readonly transport: LocalTransport;
  readonly webSocketUrl: string | undefined;
  readonly media: readonly MediaDescription[];
  /** Sends the client's side and its sources. @throws ControlError */
  accept(transport: RemoteTransport): Promise<void>;
  /** Takes the client out of its room. @throws ControlError */
  leave(): Promise<void>;
};

/** How clients get into rooms: straight over Colibri2, or through a deployment's XMPP server and focus. */
export interface ControlPath {
  /**
   * @param onAgain a focus that moves a client to another bridge, or back to one that forgot it, invites it once more
   * @throws ControlError when the other side refuses or does not answer
   */
  invite(client: ClientSpec, onAgain: (again: Promise<Invitation>) => void): Promise<Invitation>;
  /** The bridge lost its conferences: rooms begin anew. */
  forget(): void;
  /** Ends all rooms. */
  close(): Promise<void>;
}

/** The bridge, focus or XMPP server did not do what was asked; the text says what and why. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}
