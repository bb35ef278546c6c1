import { sourcesOf } from '../../client/client-sources.ts';
import { type ClientSpec, endpointOf } from '../../client/client-spec.ts';
import { ControlError, type ControlPath, type Invitation } from '../control-path.ts';
import { acceptedContents, addedContents, encodeJingle, type SessionInitiate } from './jingle.ts';
import { type Deployment, XmppParticipant } from './participant.ts';

/** Joins the rooms of a whole deployment as Jitsi participants do: its XMPP server and focus are tested with the bridge. */
export class XmppPath implements ControlPath {
  readonly #deployment: Deployment;
  readonly #run: string;
  readonly #participants = new Set<XmppParticipant>();

  /** @param run makes room names that nobody else uses */
  constructor(deployment: Deployment, run: string) {
    this.#deployment = deployment;
    this.#run = run;
  }

  async invite(
    spec: ClientSpec,
    onAgain: (again: Promise<Invitation>) => void,
  ): Promise<Invitation> {
    const room = `load-${this.#run}-${spec.room}`;
    const participant = new XmppParticipant(this.#deployment, room, endpointOf(spec.participant));
    this.#participants.add(participant);
    const asInvitation = (initiate: SessionInitiate) =>
      this.#invitation(spec, participant, initiate);
    const initiate = await participant.join((again) =>
      onAgain(Promise.resolve(again).then(asInvitation)),
    );
    return asInvitation(initiate);
  }

  /** @throws ControlError when it leads nowhere */
  #invitation(
    spec: ClientSpec,
    participant: XmppParticipant,
    { sid, transport, media }: SessionInitiate,
  ): Invitation {
    if (!transport.credentials) throw new ControlError('the focus invited without a transport');
    const { candidates, fingerprints, webSocketUrls } = transport;
    return {
      transport: { ...transport.credentials, candidates, fingerprints },
      webSocketUrl: webSocketUrls[0],
      media,
      accept: async (own) => {
        const sources = sourcesOf(spec);
        const audio = sources.filter(({ kind }) => kind === 'audio');
        const contents = acceptedContents(own, audio, spec.channel === 'sctp');
        await participant.tellFocus(encodeJingle('session-accept', sid, contents));
        // The camera comes as when it is switched on in a call.
        const cameras = sources.filter(({ kind }) => kind === 'video');
        if (cameras.length === 0) return;
        await participant.tellFocus(encodeJingle('source-add', sid, addedContents(cameras)));
      },
      leave: async () => {
        this.#participants.delete(participant);
        await participant.leave();
      },
    };
  }

  /** The focus invites again by itself; rooms stay. */
  forget(): void {
    this.#participants.clear();
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#participants].map((each) => each.leave()));
  }
}
