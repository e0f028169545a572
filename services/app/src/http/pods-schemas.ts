import { emptyResponse, errorResponse, jsonResponse, textResponse } from '@podkit/chassis/http/openapi';
import * as Type from 'typebox';
import { apiSecurity, requestErrors } from './api-schemas.ts';

export const podParams = Type.Object({ ordinal: Type.String({ pattern: '^(self|\\d{1,9})$' }) });
export const dataParams = Type.Object({ ...podParams.properties, '*': Type.String({ description: 'The key.' }) });
const podErrors = {
  ...requestErrors,
  404: errorResponse('There is no such Pod or key.'),
  503: errorResponse('That Pod does not answer now.'),
};
export const podsSchemas = {
  list: { summary: 'The Pods of the set', security: apiSecurity, response: { 200: jsonResponse('The Pods.') } },
  pod: {
    summary: 'The facts of one Pod',
    params: podParams,
    security: apiSecurity,
    response: { 200: jsonResponse('The Pod.'), ...podErrors },
  },
  GET: {
    summary: "Read a value of one Pod's data",
    response: {
      200: textResponse('The value.', 'application/octet-stream'),
      501: errorResponse('No volume.'),
      ...podErrors,
    },
  },
  PUT: {
    summary: "Write a value of one Pod's data",
    response: {
      201: emptyResponse('New.'),
      204: emptyResponse('Replaced.'),
      413: errorResponse('Too large.'),
      501: errorResponse('No volume.'),
      507: errorResponse('The volume is full.'),
      ...podErrors,
    },
  },
  DELETE: {
    summary: "Delete a value of one Pod's data",
    response: { 204: emptyResponse('Gone.'), 501: errorResponse('No volume.'), ...podErrors },
  },
};
