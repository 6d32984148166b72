/** What a target's page does with the forms that people send from it: check now, or edit the registry row. */
import type { HttpRequest, InvocationContext } from '@azure/functions';
import { linksOf } from '../web/dashboard/links';
import { donePage, elsewherePage, unreadPage } from '../web/dashboard/refusals';
import { type Said, saidOfCheck } from '../web/dashboard/said';
import { noTargetPage, targetPage } from '../web/dashboard/target';
import { edited, parseTargetForm, TARGET_FORM, type Typed } from '../web/dashboard/target-form';
import type { Answer } from '../web/problem';
import { faultOf } from '../web/registry/body';
import { isFromElsewhere } from '../web/same-site';
import { logOf } from './log';
import { contentOf } from './registry-content';
import type { App } from './use-cases';

export async function showTarget(request: HttpRequest, app: App, said: Said | undefined): Promise<Answer> {
  const key = keyOf(request);
  const links = linksOf(request.url);
  const [explained, row] = await Promise.all([app().explain(key.scope, key.name), app().findRow(key)]);
  return explained ? targetPage(explained, row, links, said) : noTargetPage(links, said);
}

export async function postForm(request: HttpRequest, context: InvocationContext, app: App): Promise<Answer> {
  const { url, headers } = request;
  const links = linksOf(url);
  if (isFromElsewhere(url, name => headers.get(name))) return elsewherePage(links);
  const content = await contentOf(request, TARGET_FORM);
  if ('answer' in content) return unreadPage(content.answer.status, links);
  const form = parseTargetForm(content.text);
  if (!form) return unreadPage(400, links);
  const key = keyOf(request);
  const said =
    form.act === 'check'
      ? saidOfCheck(await app().checkNow(key, logOf(context)))
      : await edit(key, form.typed, app);
  if (said.said === 'checked' || said.said === 'saved') return donePage(said.said, links);
  return await showTarget(request, app, said);
}

async function edit(key: ReturnType<typeof keyOf>, typed: Typed, app: App): Promise<Said> {
  const row = await app().findRow(key);
  if (row?.tag !== typed.tag) return { said: 'changed', returned: { typed, faults: [] } };
  const wanted = { columns: edited(typed, row.columns), faults: [] };
  const put = await app().putRow(key, wanted, { ifMatch: [typed.tag] });
  if (put.outcome === 'refused')
    return { said: 'refused', returned: { typed, faults: put.faults.map(faultOf) } };
  // Another writer may have been faster even now.
  if (put.outcome === 'conditionFailed') return { said: 'changed', returned: { typed, faults: [] } };
  return { said: 'saved' };
}

function keyOf({ params: { scope = '', name = '' } }: HttpRequest) {
  return { scope, name };
}
