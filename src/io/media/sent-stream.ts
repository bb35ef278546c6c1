import type { types } from 'mediasoup';
import type { ForwardedStream } from '../../conference/ports.ts';
import { sameLayer, type LayerIndex } from '../../model/layer.ts';
import { engineLayers, modelLayer } from './rtp-parameters.ts';
import type { Consumable } from './consumable.ts';

/** One stream of a plan that flows: a consumer and the producer it takes from. */
export class SentStream {
  readonly stream: ForwardedStream;
  readonly #consumer: types.Consumer;
  readonly #producer: types.Producer;
  #layer: LayerIndex | undefined;

  constructor(
    stream: ForwardedStream,
    { producer, consumers }: Consumable,
    consumer: types.Consumer,
    onForwarding: (layer: LayerIndex | undefined) => void,
  ) {
    this.stream = stream;
    this.#consumer = consumer;
    this.#producer = producer;
    this.#layer = stream.layer;
    consumers.add(consumer);
    consumer.on('layerschange', (layers) => {
      onForwarding(layers && modelLayer(consumer.type as types.ProducerType, layers));
    });
    // The worker reports layers of what has some; of the rest, that it is asked for is all that is known.
    if (consumer.type === 'simple' && stream.layer) onForwarding(stream.layer);
    consumer.observer.on('close', () => consumers.delete(consumer));
    consumer.on('producerclose', () => onForwarding(undefined));
    consumer.on('transportclose', () => onForwarding(undefined));
  }

  /** Whether this consumer can go on as `stream`; otherwise another has to take its SSRC. */
  serves(stream: ForwardedStream): boolean {
    const { owner, source, rtx, mid, kind } = this.stream;
    return (
      !this.#consumer.closed &&
      !this.#producer.closed &&
      owner === stream.owner &&
      source === stream.source &&
      rtx === stream.rtx &&
      mid === stream.mid &&
      kind === stream.kind
    );
  }

  async setLayer(layer: LayerIndex | undefined): Promise<void> {
    if (!layer || sameLayer(layer, this.#layer)) return;
    this.#layer = layer;
    const preferred = engineLayers(this.#consumer.type as types.ProducerType, layer);
    if (preferred) await this.#consumer.setPreferredLayers(preferred);
  }

  close(): void {
    // With a producer the worker closes its consumers; asked to do so again, it logs an error.
    if (!this.#producer.closed) this.#consumer.close();
  }
}
