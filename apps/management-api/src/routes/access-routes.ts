import { jsonAnswer, patternParameter, type Route } from '@hercules/http-api';
import { listedKey } from '@hercules/metadata';
import { z } from 'zod';
import { keyParameter } from '../http/key-parameter.ts';
import { namesPattern } from '../http/names-pattern.ts';
import { runChange, TASK_ANSWERS, TASK_PARAMETERS } from '../http/task-parameters.ts';
import type { RouteContext } from './route-context.ts';

const pattern = namesPattern('Names that the rule covers');
const rights = patternParameter('rights', /^(r|-)(w|-)(m|-)$/, {
  expected: 'three characters: r or -, w or -, m or -',
  description: 'read, write, manage: a letter sets the rule, - removes it',
});

const listedKeys = z.array(z.string().describe('<prefix>~sha256:<digest>'));
const listedRules = z.array(z.string().describe('<prefix>~sha256:<digest>.<pattern>.<right>'));

/** Rules and blacklist: apis §2 and §4, model §4. All idempotent. */
export function accessRoutes({ registry, tasks }: RouteContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/rules/set',
      tag: 'rules',
      summary: 'Set or remove the rights of an API key on the names that a pattern covers',
      access: 'master',
      parameters: [keyParameter, pattern, rights, ...TASK_PARAMETERS],
      answers: TASK_ANSWERS,
      handle(request) {
        const key = request.required(keyParameter);
        const covered = request.required(pattern);
        const [read, write, manage] = request.required(rights);
        return runChange(tasks, request, {
          type: 'rules.set',
          key,
          pattern: covered,
          rights: { read: read === 'r', write: write === 'w', manage: manage === 'm' },
        });
      },
    },
    {
      method: 'GET',
      path: '/rules/list',
      tag: 'rules',
      summary: 'All rules, sorted; keys by readable prefix and digest',
      access: 'master',
      parameters: [],
      answers: { 200: { description: 'The rules', schema: listedRules } },
      handle: () => jsonAnswer([...registry.authorizer.rules()].map((rule) => `${listedKey(rule)}.${rule.pattern}.${rule.right}`).sort()),
    },
    {
      method: 'POST',
      path: '/blacklist/add',
      tag: 'blacklist',
      summary: 'Deny every right to an API key',
      access: 'master',
      parameters: [keyParameter, ...TASK_PARAMETERS],
      answers: TASK_ANSWERS,
      handle: (request) => runChange(tasks, request, { type: 'blacklist.add', key: request.required(keyParameter) }),
    },
    {
      method: 'POST',
      path: '/blacklist/remove',
      tag: 'blacklist',
      summary: 'Give an API key the rights of its rules back',
      access: 'master',
      parameters: [keyParameter, ...TASK_PARAMETERS],
      answers: TASK_ANSWERS,
      handle: (request) => runChange(tasks, request, { type: 'blacklist.remove', key: request.required(keyParameter) }),
    },
    {
      method: 'GET',
      path: '/blacklist/list',
      tag: 'blacklist',
      summary: 'Blacklisted keys, sorted, by readable prefix and digest',
      access: 'master',
      parameters: [],
      answers: { 200: { description: 'The keys', schema: listedKeys } },
      handle: () => jsonAnswer([...registry.authorizer.blacklist()].map(listedKey).sort()),
    },
  ];
}
