// SPDX-License-Identifier: MIT
// Rust's locks and what stands on them, which are made of futexes.
//
//     futex_rust passes|channel|abba
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex};
use std::{env, fs, thread, time};

static TID: AtomicI32 = AtomicI32::new(0);

extern "C" {
    fn gettid() -> i32;
}

fn me() {
    TID.store(unsafe { gettid() }, Ordering::SeqCst);
}

// Until the other thread sleeps in futex(2), by what the kernel says of it.
fn await_asleep() {
    loop {
        let path = format!("/proc/self/task/{}/syscall", TID.load(Ordering::SeqCst));
        let call = fs::read_to_string(path).unwrap_or_default();
        if call.starts_with("202 ") {
            return;
        }
        thread::sleep(time::Duration::from_micros(200));
    }
}

fn passes() {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let its = shared.clone();
    let waiter = thread::spawn(move || {
        me();
        let mut ready = its.0.lock().unwrap();
        while !*ready {
            ready = its.1.wait(ready).unwrap();
        }
    });
    await_asleep();
    *shared.0.lock().unwrap() = true;
    shared.1.notify_all();
    waiter.join().unwrap();
}

fn channel() {
    let (sender, receiver) = mpsc::channel::<i32>();
    let waiter = thread::spawn(move || receiver.recv().unwrap());
    waiter.join().unwrap();
    drop(sender);
}

fn abba() {
    let first = Arc::new(Mutex::new(0));
    let second = Arc::new(Mutex::new(0));
    let (its_first, its_second) = (first.clone(), second.clone());
    let _held = second.lock().unwrap();
    let taker = thread::spawn(move || {
        let _held = its_first.lock().unwrap();
        me();
        let _wanted = its_second.lock().unwrap();
    });
    await_asleep();
    let _wanted = first.lock().unwrap();
    taker.join().unwrap();
}

fn main() {
    match env::args().nth(1).as_deref() {
        Some("channel") => channel(),
        Some("abba") => abba(),
        _ => passes(),
    }
}
