import { type Route, route } from '../../shared/http/route.ts';
import { attachmentRoutes } from './attachments.ts';
import { commandRoutes } from './commands.ts';
import { createTicket } from './create.ts';
import { listRoutes } from './lists.ts';
import { NewTicket, Ticket } from './schema.ts';

/** Tickets (工单): complaints, repairs, enquiries, suggestions. */
export const routes: Route[] = [
  route({
    id: 'createTicket',
    method: 'POST',
    path: '/v1/tickets',
    summary: 'Record a contact (TICKET-1); its deadline starts to run',
    needs: 'tickets:write',
    body: NewTicket,
    example: {
      kind: 'complaint',
      grade: 'major',
      channel: 'phone',
      propertyId: 'prp_01JD0000000000000000000000',
      title: 'No water since this morning',
      description: 'Building 3, all floors.',
      reporter: { name: 'Ms Li', phone: '+86 138 0013 8000' },
      externalId: 'call-20260930-0017',
    },
    // 200: the ticket that was first posted with this externalId.
    responses: { 201: Ticket, 200: Ticket },
    idempotency: 'keys',
    handle: (context, { body }) => createTicket(context, body),
  }),
  ...listRoutes,
  ...commandRoutes,
  ...attachmentRoutes,
];
