import { PodkitError } from '@podkit/chassis/errors';
import type { Server } from '@podkit/chassis/http/server';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

class ValidationError extends PodkitError {
  readonly statusCode = 400;
}

/**
 * Check requests against their schemas with TypeBox, which the configuration has loaded anyway: Fastify's own validator
 * compiles its meta-schemas first, which costs a start 40 ms. Text in a query or path becomes the number that the schema
 * asks for; a body is taken as it is.
 */
export function useTypeboxValidation(server: Server): void {
  server.setValidatorCompiler<TSchema>(({ schema, httpPart }) => (input: unknown) => {
    const value = httpPart === 'body' ? input : Value.Convert(schema, Value.Default(schema, Value.Clone(input)));
    if (Value.Check(schema, value)) return { value };
    const [first] = Value.Errors(schema, value);
    const where = `${httpPart ?? 'request'}${first?.instancePath ?? ''}`;
    return { error: new ValidationError('ERR_VALIDATION', `${where} ${first?.message ?? 'is not accepted'}`) };
  });
}
