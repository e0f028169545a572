import { emptyAnswer, errorAnswer, jsonAnswer, textAnswer } from '@podkit/chassis/http/openapi';
import * as Type from 'typebox';
import { apiSecurity, requestErrors } from './api-schemas.ts';

export const podParams = Type.Object({ ordinal: Type.String({ pattern: '^(self|\\d{1,9})$' }) });
export const dataParams = Type.Object({ ...podParams.properties, '*': Type.String({ description: 'The key.' }) });
const podErrors = {
  ...requestErrors,
  404: errorAnswer('There is no such Pod or key.'),
  503: errorAnswer('That Pod does not answer now.'),
};
export const podsSchemas = {
  list: { summary: 'The Pods of the set', security: apiSecurity, response: { 200: jsonAnswer('The Pods.') } },
  pod: {
    summary: 'The facts of one Pod',
    params: podParams,
    security: apiSecurity,
    response: { 200: jsonAnswer('The Pod.'), ...podErrors },
  },
  GET: {
    summary: "Read a value of one Pod's data",
    response: {
      200: textAnswer('The value.', 'application/octet-stream'),
      501: errorAnswer('No volume.'),
      ...podErrors,
    },
  },
  PUT: {
    summary: "Write a value of one Pod's data",
    response: {
      201: emptyAnswer('New.'),
      204: emptyAnswer('Replaced.'),
      413: errorAnswer('Too large.'),
      501: errorAnswer('No volume.'),
      507: errorAnswer('The volume is full.'),
      ...podErrors,
    },
  },
  DELETE: {
    summary: "Delete a value of one Pod's data",
    response: { 204: emptyAnswer('Gone.'), 501: errorAnswer('No volume.'), ...podErrors },
  },
};
