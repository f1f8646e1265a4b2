// A JVM compiles this file, starts threads and a child, and ends with the
// status that it was given.
import java.util.concurrent.*;

class Threads {
	public static void main(String[] args) throws Exception {
		var pool = Executors.newFixedThreadPool(4);
		var sums = new java.util.ArrayList<Future<Long>>();
		for (int i = 1; i <= 8; i++) {
			final int n = i;
			sums.add(pool.submit(() -> java.util.stream.LongStream.range(0, n * 1000L).sum()));
		}
		for (var s : sums) System.out.println(s.get());
		pool.shutdown();
		System.out.println(pool.awaitTermination(10, TimeUnit.SECONDS));
		var child = new ProcessBuilder("echo", "child").redirectErrorStream(true).start();
		System.out.print(new String(child.getInputStream().readAllBytes()));
		System.out.println(child.waitFor());
		System.gc();
		int status = Integer.parseInt(args[0]);
		System.out.println("status " + status);
		System.exit(status);
	}
}
