/** Fields of a line in a container's log: the path of the file gives all but the stream and the time. */
export const kubernetesFields = ['namespace', 'pod', 'uid', 'container', 'restart', 'stream', 'time'] as const;

/**
 * Namespace, Pod, UID, container and restart from the path of a log, `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/RESTART.log`
 * or `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`. Missing parts are empty.
 */
export function readPodPath(path: string): string[] {
  const pods = /\/([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\/(\d+)\.log[^/]*$/.exec(path);
  if (pods) return pods.slice(1);
  const [, pod = '', namespace = '', container = ''] =
    /\/([^/_]+)_([^/_]+)_([^/_]+)-[0-9a-f]{64}\.log[^/]*$/.exec(path) ?? [];
  return [namespace, pod, '', container, ''];
}
