/** The route of the form that adds a target. */
import * as v from 'valibot';
import { FORM, readContent } from '../content';
import { fieldsOf } from '../form';
import { aboutPage, FORM_BODY, PRIVATE } from '../page';
import type { Fault, Response } from '../problem';
import { faultOf } from '../registry/body';
import { type Call, lenient, type Route } from '../route';
import { actorOf } from './acts';
import { type AddForm, addPage, emptyForm, parseAddForm } from './add';
import { crossSitePage, faultPage, OF_FORMS, OF_PAGES, signedOutPage, unreadablePage } from './frame';
import { linksOf, targetPath, withoutSlash } from './links';

const UP = '../';
/** What a fault of a key is about; any other is shown beside the whole form. */
const OF_PLACE = ['subscription', 'application', 'key', 'PartitionKey', 'kind'];
const OF_NAME = ['name', 'token id', 'resource group', 'container app'];

/** All of them are texts that a person may correct in the form. */
const AddQuery = v.object({
  kind: v.optional(v.pipe(v.string(), v.description('The kind that is chosen at first.'))),
  place: v.optional(v.pipe(v.string(), v.description('What the first field holds at first.'))),
  name: v.optional(v.pipe(v.string(), v.description('What the second field holds at first.'))),
});

export const dashboardAdd: Route = {
  name: 'dashboardAdd',
  path: 'dashboard/add',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'The form that adds a target',
      description:
        'It understands table keys, resource ids, and addresses of the portal or of an application.',
      query: AddQuery,
      responses: { ...OF_PAGES, 200: aboutPage('The page.') },
      handler: ({ url, app }) =>
        withoutSlash(url) ??
        addPage(200, emptyForm(new URL(url).searchParams), app().kindForms, linksOf(url)),
    }),
    POST: lenient({
      tag: 'Pages',
      summary: 'Adds a target',
      description: 'What `PUT registry/{scope}/{name}` does for a row that is not there.',
      body: FORM_BODY,
      responses: {
        303: { is: 'Added.', headers: { Location: 'The target’s page.' } },
        400: aboutPage('The form is not understood.'),
        403: aboutPage('The form came from another site.'),
        409: aboutPage('It is registered already.'),
        413: aboutPage('The form is too large.'),
        415: aboutPage('This is not a form.'),
        422: aboutPage('It is refused: every fault stands at its field.'),
        ...OF_FORMS,
      },
      onCrossSite: ({ url }) => crossSitePage(linksOf(url), UP),
      handler: postAdd,
    }),
  },
};

async function postAdd(call: Call): Promise<Response> {
  const links = linksOf(call.url);
  const content = await readContent(call, FORM);
  if ('refusal' in content) return unreadablePage(content.refusal.status, links, UP);
  const given = fieldsOf(content.text);
  const form = given && parseAddForm(given);
  if (!form) return unreadablePage(400, links, UP);
  const { kindForms } = call.app();
  const added = await add(form, call);
  if ('form' in added) return addPage(added.status, added.form, kindForms, links);
  return { status: 303, headers: { ...PRIVATE, location: `${UP}${added.path}` }, body: '' };
}

type Refused = { readonly form: AddForm; readonly status: 409 | 422 };

async function add(form: AddForm, call: Call): Promise<Refused | { readonly path: string }> {
  const app = call.app();
  const links = linksOf(call.url);
  const refused = (faults: readonly Fault[]): Refused => ({ form: { ...form, faults }, status: 422 });
  const understood = app.understand(form);
  if ('fault' in understood) return refused([placed(understood.fault), ...form.faults]);
  const { key } = understood;
  const wanted = { columns: form.texts, faults: [] };
  const put = await app.putRow(key, wanted, { ifNoneMatch: '*' }, actorOf(call));
  const path = (done?: string) => targetPath(key.scope, key.name, links, done);
  if (put.outcome === 'refused') return refused(put.faults.map(placed));
  if (put.outcome === 'created') return { path: path('added') ?? `dashboard` };
  const there: Fault = { parameter: 'place', detail: 'it is registered already' };
  return { form: { ...form, faults: [there], there: path() }, status: 409 };
}

/** A fault of the key, beside the field that holds that part of it. */
function placed(text: string): Fault {
  const { parameter, detail } = faultOf(text);
  if (OF_PLACE.includes(parameter)) return { parameter: 'place', detail };
  return OF_NAME.includes(parameter) ? { parameter: 'name', detail } : { parameter, detail };
}
