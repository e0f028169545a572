import { flag, integer, list, optional, secret, text } from '@podkit/chassis/config/settings';

/** Settings of git's authentication; an entry of `--config-file` may set each of them. */
export const credentialSettings = {
  username: optional(text({ description: 'User name for --repo; needs a password.' })),
  password: optional(secret({ description: 'Password for --username; prefer the variable to the flag.' })),
  passwordFile: optional(text({ description: 'File with the password, read again in every pass.' })),
  credential: list({
    default: [],
    secret: true,
    description: 'JSON object or list of {url, username, password or password-file}; repeatable.',
  }),
  askpassUrl: optional(
    text({ description: 'URL that answers with `username=` and `password=` lines; requested in every pass.' }),
  ),
  cookieFile: flag({ default: false, description: 'Use the cookie file /etc/git-secret/cookie_file.' }),
  sshKeyFile: list({
    default: ['/etc/git-secret/ssh'],
    description: 'SSH key; repeatable, and separated by colons in the variable.',
  }),
  sshKnownHosts: flag({ default: true, description: "Check the server's SSH host key." }),
  sshKnownHostsFile: text({ default: '/etc/git-secret/known_hosts', description: 'Known SSH host keys.' }),
  githubBaseUrl: text({ default: 'https://api.github.com/', description: "URL of GitHub's API." }),
  githubAppPrivateKey: optional(secret({ description: 'Private key of the GitHub App (PEM); variable only.' })),
  githubAppPrivateKeyFile: optional(text({ description: 'File with the private key of the GitHub App.' })),
  githubAppClientId: optional(text({ description: 'Client id of the GitHub App.' })),
  githubAppApplicationId: integer({ default: 0, description: 'Application id of the GitHub App.' }),
  githubAppInstallationId: integer({ default: 0, description: 'Installation id of the GitHub App.' }),
};
