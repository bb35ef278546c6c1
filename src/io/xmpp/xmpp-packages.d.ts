declare module '@xmpp/client' {
  export function client(
    options: import('./xmpp-entity.ts').ClientOptions,
  ): import('./xmpp-entity.ts').XmppEntity;
  export const xml: import('./xmpp-entity.ts').CreateElement;
}

declare module '@xmpp/component' {
  export function component(
    options: import('./xmpp-entity.ts').ComponentOptions,
  ): import('./xmpp-entity.ts').XmppEntity;
}
