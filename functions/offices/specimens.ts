import { keys } from '../../shared/keys.ts';
import { type FieldProblem, Refusal } from '../../shared/problem.ts';
import type { Item, Key } from '../../shared/table.ts';
import type { Signatory } from './schema.ts';

const nameOf = (i: number) => `specimen${i}`;

/** The attachments that signatories name as specimens, to be read along with the rest. */
export const specimenKeys = (t: string, signatories: readonly Signatory[] = []): Record<string, Key> =>
  Object.fromEntries(
    signatories.flatMap(({ specimenTicketId: ticket, specimenAttachmentId: attachment }, i) =>
      ticket && attachment ? [[nameOf(i), keys.attachment(t, ticket, attachment)]] : [],
    ),
  );

/** Throws `invalid-request` for each specimen that is no completed attachment of the ticket named with it. */
export function refuseSpecimens(
  signatories: readonly Signatory[] = [],
  found: Record<string, Item | undefined>,
): void {
  const errors = signatories.flatMap((signatory, i): FieldProblem[] => {
    const { specimenTicketId: ticket, specimenAttachmentId: attachment } = signatory;
    if (!ticket && !attachment) return [];
    const path = `/body/signatories/${i}/${attachment && !ticket ? 'specimenTicketId' : 'specimenAttachmentId'}`;
    if (!ticket || !attachment) {
      const detail = {
        en: 'A specimen is named by ticket and attachment.',
        zh: '签名样本须同时填写工单和附件。',
      };
      return [{ path, code: 'required', detail }];
    }
    const { kept, erased } = found[nameOf(i)]?.list ?? {};
    if (kept === true && !erased) return [];
    const detail = { en: 'The ticket has no such uploaded attachment.', zh: '该工单没有此已上传的附件。' };
    return [{ path, code: 'unknown', detail }];
  });
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
}
