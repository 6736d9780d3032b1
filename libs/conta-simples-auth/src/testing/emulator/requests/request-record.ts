/**
 * Which half of the service a request was for; everything that is not the token endpoint's path is a resource.
 *
 * @publicApi
 */
export type RequestKind = 'token' | 'resource';

/**
 * One request as the emulator saw it. Holds no secret: neither the query nor any credential.
 *
 * @publicApi
 */
export interface RequestRecord {
  /** The `x-request-id` that it was answered with. */
  readonly id: string;
  /** Which half of the service it was for. */
  readonly kind: RequestKind;
  /** In capitals, `POST`. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The account that the credentials or the token belong to, also where they were refused. */
  readonly account: string | undefined;
  /** What the client sent; credentials read `Bearer sha256:…`, equal for equal values. Names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether a scripted fault had a hand in the answer. */
  readonly faulted: boolean;
  /** Absent until answered, and for good if no status line was sent (reset, hang, raw bytes, the client left). */
  readonly status: number | undefined;
  /** Milliseconds from arrival to the answer's departure; absent until then. */
  readonly durationMs: number | undefined;
}
