import { errorResponse } from '@podkit/chassis/http/openapi';

/** The routes of notes and data need no token, or APP_API_TOKEN where it is set. */
export const apiSecurity = [{}, { api: [] }];

/** The errors that every request for a note or for data may get. */
export const requestErrors = {
  400: errorResponse('The request is malformed.'),
  401: errorResponse('The token is missing or wrong.'),
};
