import { notFound } from '../http/api-errors.js';
import { type Reply, reply } from '../http/reply.js';
import type { AccountData } from './account-data.js';
import { attachmentBytes } from './attachment-files.js';

/** `GET /attachments/v1/content/{attachmentId}`: an attachment of another account does not exist for this one. */
export function answerAttachment(data: AccountData, id: string): Reply {
  const attachment = data.attachments.get(id);
  return attachment === undefined
    ? notFound('This account has no such attachment')
    : reply(200, attachment.type, attachmentBytes(attachment));
}
