/** True for a password of compose/demo-secrets, which everybody can read: whoever starts with one says so in its log. */
export const isDemoSecret = (secret: string): boolean => secret.startsWith('podkit-demo-');
