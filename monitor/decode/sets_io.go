package decode

import "golang.org/x/sys/unix"

// epollOpsSet: epoll_ctl(2).
var epollOpsSet = set{
	mask: all,
	enum: []constant{
		{"EPOLL_CTL_ADD", unix.EPOLL_CTL_ADD},
		{"EPOLL_CTL_DEL", unix.EPOLL_CTL_DEL},
		{"EPOLL_CTL_MOD", unix.EPOLL_CTL_MOD},
	},
}

// epollFlagsSet: epoll_create1(2).
var epollFlagsSet = set{
	flags: []constant{
		{"EPOLL_CLOEXEC", unix.EPOLL_CLOEXEC},
	},
}

// eventfdFlagsSet: eventfd2(2).
var eventfdFlagsSet = set{
	flags: []constant{
		{"EFD_SEMAPHORE", unix.EFD_SEMAPHORE},
		{"EFD_CLOEXEC", unix.EFD_CLOEXEC},
		{"EFD_NONBLOCK", unix.EFD_NONBLOCK},
	},
}

// signalfdFlagsSet: signalfd4(2).
var signalfdFlagsSet = set{
	flags: []constant{
		{"SFD_CLOEXEC", unix.SFD_CLOEXEC},
		{"SFD_NONBLOCK", unix.SFD_NONBLOCK},
	},
}

// timerfdFlagsSet: timerfd_create(2).
var timerfdFlagsSet = set{
	flags: []constant{
		{"TFD_CLOEXEC", unix.TFD_CLOEXEC},
		{"TFD_NONBLOCK", unix.TFD_NONBLOCK},
	},
}

// timerfdSetFlagsSet: timerfd_settime(2).
var timerfdSetFlagsSet = set{
	flags: []constant{
		{"TFD_TIMER_ABSTIME", unix.TFD_TIMER_ABSTIME},
		{"TFD_TIMER_CANCEL_ON_SET", unix.TFD_TIMER_CANCEL_ON_SET},
	},
}

// timerFlagsSet: clock_nanosleep(2), timer_settime(2).
var timerFlagsSet = set{
	flags: []constant{
		{"TIMER_ABSTIME", unix.TIMER_ABSTIME},
	},
}

// itimersSet: setitimer(2).
var itimersSet = set{
	mask: all,
	enum: []constant{
		{"ITIMER_REAL", unix.ITIMER_REAL},
		{"ITIMER_VIRTUAL", unix.ITIMER_VIRTUAL},
		{"ITIMER_PROF", unix.ITIMER_PROF},
	},
}

// clocksSet: clock_gettime(2).
var clocksSet = set{
	mask: all,
	enum: []constant{
		{"CLOCK_REALTIME", unix.CLOCK_REALTIME},
		{"CLOCK_MONOTONIC", unix.CLOCK_MONOTONIC},
		{"CLOCK_PROCESS_CPUTIME_ID", unix.CLOCK_PROCESS_CPUTIME_ID},
		{"CLOCK_THREAD_CPUTIME_ID", unix.CLOCK_THREAD_CPUTIME_ID},
		{"CLOCK_MONOTONIC_RAW", unix.CLOCK_MONOTONIC_RAW},
		{"CLOCK_REALTIME_COARSE", unix.CLOCK_REALTIME_COARSE},
		{"CLOCK_MONOTONIC_COARSE", unix.CLOCK_MONOTONIC_COARSE},
		{"CLOCK_BOOTTIME", unix.CLOCK_BOOTTIME},
		{"CLOCK_REALTIME_ALARM", unix.CLOCK_REALTIME_ALARM},
		{"CLOCK_BOOTTIME_ALARM", unix.CLOCK_BOOTTIME_ALARM},
		{"CLOCK_TAI", unix.CLOCK_TAI},
	},
}

// randomFlagsSet: getrandom(2).
var randomFlagsSet = set{
	flags: []constant{
		{"GRND_NONBLOCK", unix.GRND_NONBLOCK},
		{"GRND_RANDOM", unix.GRND_RANDOM},
		{"GRND_INSECURE", unix.GRND_INSECURE},
	},
}

// futexOpsSet: futex(2), without the flags.
var futexOpsSet = set{
	mask: all,
	enum: []constant{
		{"FUTEX_WAIT", 0},
		{"FUTEX_WAKE", 1},
		{"FUTEX_FD", 2},
		{"FUTEX_REQUEUE", 3},
		{"FUTEX_CMP_REQUEUE", 4},
		{"FUTEX_WAKE_OP", 5},
		{"FUTEX_LOCK_PI", 6},
		{"FUTEX_UNLOCK_PI", 7},
		{"FUTEX_TRYLOCK_PI", 8},
		{"FUTEX_WAIT_BITSET", 9},
		{"FUTEX_WAKE_BITSET", 10},
		{"FUTEX_WAIT_REQUEUE_PI", 11},
		{"FUTEX_CMP_REQUEUE_PI", 12},
		{"FUTEX_LOCK_PI2", 13},
	},
}

// futexBitsSet: FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET.
var futexBitsSet = set{
	mask: all,
	enum: []constant{
		{"FUTEX_BITSET_MATCH_ANY", 0xffffffff},
	},
}

// ringEnterFlagsSet: io_uring_enter(2).
var ringEnterFlagsSet = set{
	flags: []constant{
		{"IORING_ENTER_GETEVENTS", 1},
		{"IORING_ENTER_SQ_WAKEUP", 2},
		{"IORING_ENTER_SQ_WAIT", 4},
		{"IORING_ENTER_EXT_ARG", 8},
		{"IORING_ENTER_REGISTERED_RING", 16},
		{"IORING_ENTER_ABS_TIMER", 32},
		{"IORING_ENTER_EXT_ARG_REG", 64},
		{"IORING_ENTER_NO_IOWAIT", 128},
	},
}

// ringRegisterOpsSet: io_uring_register(2).
var ringRegisterOpsSet = set{
	mask: all,
	enum: []constant{
		{"IORING_REGISTER_BUFFERS", 0},
		{"IORING_UNREGISTER_BUFFERS", 1},
		{"IORING_REGISTER_FILES", 2},
		{"IORING_UNREGISTER_FILES", 3},
		{"IORING_REGISTER_EVENTFD", 4},
		{"IORING_UNREGISTER_EVENTFD", 5},
		{"IORING_REGISTER_FILES_UPDATE", 6},
		{"IORING_REGISTER_EVENTFD_ASYNC", 7},
		{"IORING_REGISTER_PROBE", 8},
		{"IORING_REGISTER_PERSONALITY", 9},
		{"IORING_UNREGISTER_PERSONALITY", 10},
		{"IORING_REGISTER_RESTRICTIONS", 11},
		{"IORING_REGISTER_ENABLE_RINGS", 12},
		{"IORING_REGISTER_FILES2", 13},
		{"IORING_REGISTER_FILES_UPDATE2", 14},
		{"IORING_REGISTER_BUFFERS2", 15},
		{"IORING_REGISTER_BUFFERS_UPDATE", 16},
		{"IORING_REGISTER_IOWQ_AFF", 17},
		{"IORING_UNREGISTER_IOWQ_AFF", 18},
		{"IORING_REGISTER_IOWQ_MAX_WORKERS", 19},
		{"IORING_REGISTER_RING_FDS", 20},
		{"IORING_UNREGISTER_RING_FDS", 21},
		{"IORING_REGISTER_PBUF_RING", 22},
		{"IORING_UNREGISTER_PBUF_RING", 23},
		{"IORING_REGISTER_SYNC_CANCEL", 24},
		{"IORING_REGISTER_FILE_ALLOC_RANGE", 25},
	},
}

// ipcFlagsSet: shmget(2), semget(2), msgget(2), above the mode.
var ipcFlagsSet = set{
	flags: []constant{
		{"IPC_CREAT", 0x200},
		{"IPC_EXCL", 0x400},
	},
}

// shmFlagsSet: shmget(2), above the mode.
var shmFlagsSet = set{
	flags: []constant{
		{"IPC_CREAT", 0x200},
		{"IPC_EXCL", 0x400},
		{"SHM_HUGETLB", 0x800},
		{"SHM_NORESERVE", 0x1000},
	},
}

// shmatFlagsSet: shmat(2).
var shmatFlagsSet = set{
	flags: []constant{
		{"SHM_RDONLY", 0x1000},
		{"SHM_RND", 0x2000},
		{"SHM_REMAP", 0x4000},
		{"SHM_EXEC", 0x8000},
	},
}

// msgFlagsSet: msgsnd(2), msgrcv(2).
var msgFlagsSet = set{
	flags: []constant{
		{"IPC_NOWAIT", 0x800},
		{"MSG_NOERROR", 0x1000},
		{"MSG_EXCEPT", 0x2000},
		{"MSG_COPY", 0x4000},
	},
}

// ipcCmdsSet: shmctl(2), msgctl(2).
var ipcCmdsSet = set{
	mask: 0xff,
	enum: []constant{
		{"IPC_RMID", 0},
		{"IPC_SET", 1},
		{"IPC_STAT", 2},
		{"IPC_INFO", 3},
		{"SHM_LOCK", 11},
		{"SHM_UNLOCK", 12},
		{"SHM_STAT", 13},
		{"SHM_INFO", 14},
		{"SHM_STAT_ANY", 15},
	},
	flags: []constant{
		{"IPC_64", 0x100},
	},
}

// semCmdsSet: semctl(2).
var semCmdsSet = set{
	mask: 0xff,
	enum: []constant{
		{"IPC_RMID", 0},
		{"IPC_SET", 1},
		{"IPC_STAT", 2},
		{"IPC_INFO", 3},
		{"GETPID", 11},
		{"GETVAL", 12},
		{"GETALL", 13},
		{"GETNCNT", 14},
		{"GETZCNT", 15},
		{"SETVAL", 16},
		{"SETALL", 17},
		{"SEM_STAT", 18},
		{"SEM_INFO", 19},
		{"SEM_STAT_ANY", 20},
	},
	flags: []constant{
		{"IPC_64", 0x100},
	},
}
