// SPDX-License-Identifier: MIT
/** Eight threads that count under a monitor. */
public class Threads {
	static final Object monitor = new Object();
	static int count;

	public static void main(String[] arguments) throws InterruptedException {
		Thread[] threads = new Thread[8];
		for (int i = 0; i < threads.length; i++) {
			threads[i] = new Thread(() -> {
				for (int n = 0; n < 1000; n++)
					synchronized (monitor) {
						count++;
					}
			}, "counter-" + i);
			threads[i].start();
		}
		for (Thread thread : threads)
			thread.join();
		System.out.println(count);
	}
}
