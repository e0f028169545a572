// What stands in bundles for the parts of Fastify that no service uses: half of it, which each start would have to read.
module.exports = () => {
  throw new Error('this part of Fastify is not in the bundle: tools/build.ts leaves it out');
};
