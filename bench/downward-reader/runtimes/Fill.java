import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Fill direct memory and the heap until each throws an OutOfMemoryError, with deep stacks in eight threads. Then hold it all. */
final class Fill {
  static int deep(int left) {
    if (left > 0) return deep(left - 1) + 1;
    try { Thread.sleep(60_000); } catch (InterruptedException ended) { return 0; }
    return 0;
  }

  public static void main(String[] words) throws Exception {
    for (int at = 0; at < 8; at += 1) {
      Thread thread = new Thread(() -> deep(5_000));
      thread.setDaemon(true);
      thread.start();
    }
    List<Object> held = new ArrayList<>(1 << 16);
    try { while (true) held.add(ByteBuffer.allocateDirect(1 << 20)); } catch (OutOfMemoryError full) { }
    try { while (true) held.add(new byte[16_384]); } catch (OutOfMemoryError full) { }
    held.remove(held.size() - 1);
    held.remove(held.size() - 1);
    Files.createFile(Path.of(System.getenv("FULL"), String.valueOf(ProcessHandle.current().pid())));
    Thread.sleep(60_000);
    System.out.println(held.size());
  }
}
