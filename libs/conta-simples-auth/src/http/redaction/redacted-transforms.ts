import type { AxiosResponseTransformer, InternalAxiosRequestConfig } from 'axios';

export interface TransformRedaction {
  /** For an error that a transform throws: a parser quotes what it could not read. */
  readonly redact: (error: unknown) => unknown;
  /** For what the last transform returns: parsing may bring together what was escaped. */
  readonly redactResult: (data: unknown) => unknown;
}

/**
 * axios parses an answer after the adapter has returned it, with `transformResponse` of the config. For that one time the
 * functions are replaced by ones that redact; the first of them puts the caller's own back.
 */
export function redactTransforms(config: InternalAxiosRequestConfig, redaction: TransformRedaction): void {
  const { transformResponse } = config;
  const transforms = transformResponse === undefined || transformResponse === null ? [] : [transformResponse].flat();
  const last = transforms.length - 1;
  if (last < 0) return;
  config.transformResponse = transforms.map((transform, index) => {
    const wrapped: AxiosResponseTransformer = function (this: InternalAxiosRequestConfig, ...args) {
      if (index === 0 && transformResponse !== undefined) config.transformResponse = transformResponse;
      try {
        const data: unknown = transform.apply(this, args);
        return index === last ? redaction.redactResult(data) : data;
      } catch (error) {
        throw redaction.redact(error);
      }
    };
    return wrapped;
  });
}
