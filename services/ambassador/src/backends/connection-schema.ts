import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { Type } from 'typebox';

/** How to log in to a server. */
export const credentials = {
  username: Type.Optional(Type.String({ description: 'User name; takes precedence over the one in the URL.' })),
  usernameFile: Type.Optional(Type.String({ description: 'File with the user name, read at each connect.' })),
  passwordFile: Type.Optional(Type.String({ description: 'File with the password, read at each connect.' })),
  tls: Type.Optional(
    strict(
      {
        caFile: Type.Optional(
          Type.String({ description: 'PEM of the authorities to trust, instead of the system’s.' }),
        ),
        certFile: Type.Optional(Type.String({ description: 'PEM of our certificate, for mutual TLS.' })),
        keyFile: Type.Optional(Type.String({ description: 'PEM of its key.' })),
        serverName: Type.Optional(Type.String({ description: 'Name to expect in the certificate, if not the host.' })),
        verify: Type.Boolean({ default: true, description: 'Whether the certificate must be valid. Leave it on.' }),
      },
      { description: 'Use TLS. The files are read at each connect.' },
    ),
  ),
};

export const times = {
  connectTimeout: yamlDuration({ default: '5s', description: 'Timeout of a connection attempt.' }),
  commandTimeout: yamlDuration({ default: '5s', description: 'Timeout of one command of the backend.' }),
};
