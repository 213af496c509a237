// The configuration of a run as lists have it: of a model's files, which may be many megabytes, only checksums.

import type { TrainConfig } from '../schema';
import { crc32 } from './crc32';

const LONGEST_TEXT = 100;

/** Of a longer text its checksum. */
export function shortText(text: string): string {
  return text.length > LONGEST_TEXT ? crc32(new TextEncoder().encode(text)).toString(16) : text;
}

export function listedConfig(config: TrainConfig): TrainConfig {
  const model = config.env_options?.model as { files?: Record<string, unknown> } | undefined;
  if (!model?.files) return config;
  const short = Object.entries(model.files).map(([name, data]) => [name, shortText(String(data))]);
  const listed = { ...model, files: Object.fromEntries(short) };
  return { ...config, env_options: { ...config.env_options, model: listed } };
}
