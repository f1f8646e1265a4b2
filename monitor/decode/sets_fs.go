package decode

import "golang.org/x/sys/unix"

// openFlagsSet: open(2), the access mode and the flags.
var openFlagsSet = set{
	mask: 3,
	enum: []constant{
		{"O_RDONLY", unix.O_RDONLY},
		{"O_WRONLY", unix.O_WRONLY},
		{"O_RDWR", unix.O_RDWR},
		{"O_ACCMODE", 3},
	},
	flags: []constant{
		{"O_CREAT", unix.O_CREAT},
		{"O_EXCL", unix.O_EXCL},
		{"O_NOCTTY", unix.O_NOCTTY},
		{"O_TRUNC", unix.O_TRUNC},
		{"O_APPEND", unix.O_APPEND},
		{"O_NONBLOCK", unix.O_NONBLOCK},
		{"O_SYNC", unix.O_SYNC},
		{"O_DSYNC", unix.O_DSYNC},
		{"O_ASYNC", unix.O_ASYNC},
		{"O_DIRECT", unix.O_DIRECT},
		{"O_LARGEFILE", oLargefile},
		{"O_NOFOLLOW", unix.O_NOFOLLOW},
		{"O_NOATIME", unix.O_NOATIME},
		{"O_CLOEXEC", unix.O_CLOEXEC},
		{"O_PATH", unix.O_PATH},
		{"O_TMPFILE", unix.O_TMPFILE},
		{"O_DIRECTORY", unix.O_DIRECTORY},
	},
}

// fdFlagsSet: F_SETFD.
var fdFlagsSet = set{
	flags: []constant{
		{"FD_CLOEXEC", unix.FD_CLOEXEC},
	},
}

// cloexecFlagsSet: dup3(2), and whatever takes O_CLOEXEC alone.
var cloexecFlagsSet = set{
	flags: []constant{
		{"O_CLOEXEC", unix.O_CLOEXEC},
	},
}

// pipeFlagsSet: pipe2(2).
var pipeFlagsSet = set{
	flags: []constant{
		{"O_NONBLOCK", unix.O_NONBLOCK},
		{"O_DIRECT", unix.O_DIRECT},
		{"O_CLOEXEC", unix.O_CLOEXEC},
		{"O_EXCL", unix.O_EXCL},
	},
}

// resolveFlagsSet: openat2(2).
var resolveFlagsSet = set{
	wide: true,
	flags: []constant{
		{"RESOLVE_NO_XDEV", unix.RESOLVE_NO_XDEV},
		{"RESOLVE_NO_MAGICLINKS", unix.RESOLVE_NO_MAGICLINKS},
		{"RESOLVE_NO_SYMLINKS", unix.RESOLVE_NO_SYMLINKS},
		{"RESOLVE_BENEATH", unix.RESOLVE_BENEATH},
		{"RESOLVE_IN_ROOT", unix.RESOLVE_IN_ROOT},
		{"RESOLVE_CACHED", 0x20},
	},
}

// accessModeSet: access(2).
var accessModeSet = set{
	flags: []constant{
		{"F_OK", unix.F_OK},
		{"R_OK", 4},
		{"W_OK", 2},
		{"X_OK", 1},
	},
}

// atFlagsSet: the *at calls.
var atFlagsSet = set{
	flags: []constant{
		{"AT_SYMLINK_NOFOLLOW", unix.AT_SYMLINK_NOFOLLOW},
		{"AT_REMOVEDIR", unix.AT_REMOVEDIR},
		{"AT_SYMLINK_FOLLOW", unix.AT_SYMLINK_FOLLOW},
		{"AT_NO_AUTOMOUNT", unix.AT_NO_AUTOMOUNT},
		{"AT_EMPTY_PATH", unix.AT_EMPTY_PATH},
		{"AT_STATX_FORCE_SYNC", unix.AT_STATX_FORCE_SYNC},
		{"AT_STATX_DONT_SYNC", unix.AT_STATX_DONT_SYNC},
		{"AT_RECURSIVE", unix.AT_RECURSIVE},
	},
}

// accessAtFlagsSet: faccessat2(2), where AT_EACCESS has AT_REMOVEDIR's bit.
var accessAtFlagsSet = set{
	flags: []constant{
		{"AT_SYMLINK_NOFOLLOW", unix.AT_SYMLINK_NOFOLLOW},
		{"AT_EACCESS", unix.AT_EACCESS},
		{"AT_EMPTY_PATH", unix.AT_EMPTY_PATH},
	},
}

// unlinkFlagsSet: unlinkat(2).
var unlinkFlagsSet = set{
	flags: []constant{
		{"AT_REMOVEDIR", unix.AT_REMOVEDIR},
	},
}

// statxFlagsSet: statx(2).
var statxFlagsSet = set{
	mask: 0x6000,
	enum: []constant{
		{"AT_STATX_SYNC_AS_STAT", unix.AT_STATX_SYNC_AS_STAT},
		{"AT_STATX_FORCE_SYNC", unix.AT_STATX_FORCE_SYNC},
		{"AT_STATX_DONT_SYNC", unix.AT_STATX_DONT_SYNC},
	},
	flags: []constant{
		{"AT_SYMLINK_NOFOLLOW", unix.AT_SYMLINK_NOFOLLOW},
		{"AT_NO_AUTOMOUNT", unix.AT_NO_AUTOMOUNT},
		{"AT_EMPTY_PATH", unix.AT_EMPTY_PATH},
	},
}

// statxMaskSet: statx(2).
var statxMaskSet = set{
	flags: []constant{
		{"STATX_ALL", 0xfff},
		{"STATX_BASIC_STATS", unix.STATX_BASIC_STATS},
		{"STATX_TYPE", unix.STATX_TYPE},
		{"STATX_MODE", unix.STATX_MODE},
		{"STATX_NLINK", unix.STATX_NLINK},
		{"STATX_UID", unix.STATX_UID},
		{"STATX_GID", unix.STATX_GID},
		{"STATX_ATIME", unix.STATX_ATIME},
		{"STATX_MTIME", unix.STATX_MTIME},
		{"STATX_CTIME", unix.STATX_CTIME},
		{"STATX_INO", unix.STATX_INO},
		{"STATX_SIZE", unix.STATX_SIZE},
		{"STATX_BLOCKS", unix.STATX_BLOCKS},
		{"STATX_BTIME", unix.STATX_BTIME},
		{"STATX_MNT_ID", unix.STATX_MNT_ID},
		{"STATX_DIOALIGN", unix.STATX_DIOALIGN},
		{"STATX_MNT_ID_UNIQUE", unix.STATX_MNT_ID_UNIQUE},
		{"STATX_SUBVOL", unix.STATX_SUBVOL},
		{"STATX_WRITE_ATOMIC", unix.STATX_WRITE_ATOMIC},
	},
}

// renameFlagsSet: renameat2(2).
var renameFlagsSet = set{
	flags: []constant{
		{"RENAME_NOREPLACE", unix.RENAME_NOREPLACE},
		{"RENAME_EXCHANGE", unix.RENAME_EXCHANGE},
		{"RENAME_WHITEOUT", unix.RENAME_WHITEOUT},
	},
}

// xattrFlagsSet: setxattr(2).
var xattrFlagsSet = set{
	flags: []constant{
		{"XATTR_CREATE", unix.XATTR_CREATE},
		{"XATTR_REPLACE", unix.XATTR_REPLACE},
	},
}

// fileTypesSet: mknod(2).
var fileTypesSet = set{
	mask: 0xf000,
	enum: []constant{
		{"S_IFREG", unix.S_IFREG},
		{"S_IFSOCK", unix.S_IFSOCK},
		{"S_IFIFO", unix.S_IFIFO},
		{"S_IFLNK", unix.S_IFLNK},
		{"S_IFDIR", unix.S_IFDIR},
		{"S_IFBLK", unix.S_IFBLK},
		{"S_IFCHR", unix.S_IFCHR},
	},
}

// whenceSet: lseek(2).
var whenceSet = set{
	mask: all,
	enum: []constant{
		{"SEEK_SET", 0},
		{"SEEK_CUR", 1},
		{"SEEK_END", 2},
		{"SEEK_DATA", unix.SEEK_DATA},
		{"SEEK_HOLE", unix.SEEK_HOLE},
	},
}

// fallocModeSet: fallocate(2).
var fallocModeSet = set{
	flags: []constant{
		{"FALLOC_FL_KEEP_SIZE", unix.FALLOC_FL_KEEP_SIZE},
		{"FALLOC_FL_PUNCH_HOLE", unix.FALLOC_FL_PUNCH_HOLE},
		{"FALLOC_FL_NO_HIDE_STALE", unix.FALLOC_FL_NO_HIDE_STALE},
		{"FALLOC_FL_COLLAPSE_RANGE", unix.FALLOC_FL_COLLAPSE_RANGE},
		{"FALLOC_FL_ZERO_RANGE", unix.FALLOC_FL_ZERO_RANGE},
		{"FALLOC_FL_INSERT_RANGE", unix.FALLOC_FL_INSERT_RANGE},
		{"FALLOC_FL_UNSHARE_RANGE", unix.FALLOC_FL_UNSHARE_RANGE},
	},
}

// fadviseSet: posix_fadvise(2).
var fadviseSet = set{
	mask: all,
	enum: []constant{
		{"POSIX_FADV_NORMAL", 0},
		{"POSIX_FADV_RANDOM", 1},
		{"POSIX_FADV_SEQUENTIAL", 2},
		{"POSIX_FADV_WILLNEED", 3},
		{"POSIX_FADV_DONTNEED", 4},
		{"POSIX_FADV_NOREUSE", 5},
	},
}

// flockOpsSet: flock(2).
var flockOpsSet = set{
	mask: 11,
	enum: []constant{
		{"LOCK_SH", unix.LOCK_SH},
		{"LOCK_EX", unix.LOCK_EX},
		{"LOCK_UN", unix.LOCK_UN},
	},
	flags: []constant{
		{"LOCK_NB", unix.LOCK_NB},
	},
}

// syncRangeFlagsSet: sync_file_range(2).
var syncRangeFlagsSet = set{
	flags: []constant{
		{"SYNC_FILE_RANGE_WAIT_BEFORE", unix.SYNC_FILE_RANGE_WAIT_BEFORE},
		{"SYNC_FILE_RANGE_WRITE", unix.SYNC_FILE_RANGE_WRITE},
		{"SYNC_FILE_RANGE_WAIT_AFTER", unix.SYNC_FILE_RANGE_WAIT_AFTER},
	},
}

// spliceFlagsSet: splice(2).
var spliceFlagsSet = set{
	flags: []constant{
		{"SPLICE_F_MOVE", unix.SPLICE_F_MOVE},
		{"SPLICE_F_NONBLOCK", unix.SPLICE_F_NONBLOCK},
		{"SPLICE_F_MORE", unix.SPLICE_F_MORE},
		{"SPLICE_F_GIFT", unix.SPLICE_F_GIFT},
	},
}

// rwFlagsSet: preadv2(2).
var rwFlagsSet = set{
	flags: []constant{
		{"RWF_HIPRI", unix.RWF_HIPRI},
		{"RWF_DSYNC", unix.RWF_DSYNC},
		{"RWF_SYNC", unix.RWF_SYNC},
		{"RWF_NOWAIT", unix.RWF_NOWAIT},
		{"RWF_APPEND", unix.RWF_APPEND},
		{"RWF_NOAPPEND", 0x20},
		{"RWF_ATOMIC", 0x40},
		{"RWF_DONTCACHE", 0x80},
	},
}

// inotifyMaskSet: inotify_add_watch(2).
var inotifyMaskSet = set{
	flags: []constant{
		{"IN_ALL_EVENTS", unix.IN_ALL_EVENTS},
		{"IN_ACCESS", unix.IN_ACCESS},
		{"IN_MODIFY", unix.IN_MODIFY},
		{"IN_ATTRIB", unix.IN_ATTRIB},
		{"IN_CLOSE_WRITE", unix.IN_CLOSE_WRITE},
		{"IN_CLOSE_NOWRITE", unix.IN_CLOSE_NOWRITE},
		{"IN_OPEN", unix.IN_OPEN},
		{"IN_MOVED_FROM", unix.IN_MOVED_FROM},
		{"IN_MOVED_TO", unix.IN_MOVED_TO},
		{"IN_CREATE", unix.IN_CREATE},
		{"IN_DELETE", unix.IN_DELETE},
		{"IN_DELETE_SELF", unix.IN_DELETE_SELF},
		{"IN_MOVE_SELF", unix.IN_MOVE_SELF},
		{"IN_ONLYDIR", unix.IN_ONLYDIR},
		{"IN_DONT_FOLLOW", unix.IN_DONT_FOLLOW},
		{"IN_EXCL_UNLINK", unix.IN_EXCL_UNLINK},
		{"IN_MASK_CREATE", unix.IN_MASK_CREATE},
		{"IN_MASK_ADD", unix.IN_MASK_ADD},
		{"IN_ISDIR", unix.IN_ISDIR},
		{"IN_ONESHOT", unix.IN_ONESHOT},
	},
}

// inotifyFlagsSet: inotify_init1(2).
var inotifyFlagsSet = set{
	flags: []constant{
		{"IN_NONBLOCK", unix.IN_NONBLOCK},
		{"IN_CLOEXEC", unix.IN_CLOEXEC},
	},
}

// fanotifyClassSet: fanotify_init(2).
var fanotifyClassSet = set{
	mask: 0xc,
	enum: []constant{
		{"FAN_CLASS_NOTIF", unix.FAN_CLASS_NOTIF},
		{"FAN_CLASS_CONTENT", unix.FAN_CLASS_CONTENT},
		{"FAN_CLASS_PRE_CONTENT", unix.FAN_CLASS_PRE_CONTENT},
	},
	flags: []constant{
		{"FAN_CLOEXEC", unix.FAN_CLOEXEC},
		{"FAN_NONBLOCK", unix.FAN_NONBLOCK},
		{"FAN_UNLIMITED_QUEUE", unix.FAN_UNLIMITED_QUEUE},
		{"FAN_UNLIMITED_MARKS", unix.FAN_UNLIMITED_MARKS},
		{"FAN_ENABLE_AUDIT", unix.FAN_ENABLE_AUDIT},
		{"FAN_REPORT_PIDFD", unix.FAN_REPORT_PIDFD},
		{"FAN_REPORT_TID", unix.FAN_REPORT_TID},
		{"FAN_REPORT_FID", unix.FAN_REPORT_FID},
		{"FAN_REPORT_DIR_FID", unix.FAN_REPORT_DIR_FID},
		{"FAN_REPORT_NAME", unix.FAN_REPORT_NAME},
		{"FAN_REPORT_TARGET_FID", unix.FAN_REPORT_TARGET_FID},
	},
}

// fanotifyMarkSet: fanotify_mark(2).
var fanotifyMarkSet = set{
	flags: []constant{
		{"FAN_MARK_ADD", unix.FAN_MARK_ADD},
		{"FAN_MARK_REMOVE", unix.FAN_MARK_REMOVE},
		{"FAN_MARK_DONT_FOLLOW", unix.FAN_MARK_DONT_FOLLOW},
		{"FAN_MARK_ONLYDIR", unix.FAN_MARK_ONLYDIR},
		{"FAN_MARK_MOUNT", unix.FAN_MARK_MOUNT},
		{"FAN_MARK_IGNORED_MASK", unix.FAN_MARK_IGNORED_MASK},
		{"FAN_MARK_IGNORED_SURV_MODIFY", unix.FAN_MARK_IGNORED_SURV_MODIFY},
		{"FAN_MARK_FLUSH", unix.FAN_MARK_FLUSH},
		{"FAN_MARK_FILESYSTEM", unix.FAN_MARK_FILESYSTEM},
		{"FAN_MARK_EVICTABLE", unix.FAN_MARK_EVICTABLE},
		{"FAN_MARK_IGNORE", unix.FAN_MARK_IGNORE},
	},
}

// memfdFlagsSet: memfd_create(2).
var memfdFlagsSet = set{
	flags: []constant{
		{"MFD_CLOEXEC", unix.MFD_CLOEXEC},
		{"MFD_ALLOW_SEALING", unix.MFD_ALLOW_SEALING},
		{"MFD_HUGETLB", unix.MFD_HUGETLB},
		{"MFD_NOEXEC_SEAL", unix.MFD_NOEXEC_SEAL},
		{"MFD_EXEC", unix.MFD_EXEC},
	},
}

// sealFlagsSet: F_ADD_SEALS.
var sealFlagsSet = set{
	flags: []constant{
		{"F_SEAL_SEAL", unix.F_SEAL_SEAL},
		{"F_SEAL_SHRINK", unix.F_SEAL_SHRINK},
		{"F_SEAL_GROW", unix.F_SEAL_GROW},
		{"F_SEAL_WRITE", unix.F_SEAL_WRITE},
		{"F_SEAL_FUTURE_WRITE", unix.F_SEAL_FUTURE_WRITE},
		{"F_SEAL_EXEC", unix.F_SEAL_EXEC},
	},
}

// closeRangeFlagsSet: close_range(2).
var closeRangeFlagsSet = set{
	flags: []constant{
		{"CLOSE_RANGE_UNSHARE", unix.CLOSE_RANGE_UNSHARE},
		{"CLOSE_RANGE_CLOEXEC", unix.CLOSE_RANGE_CLOEXEC},
	},
}

// fcntlCmdsSet: fcntl(2).
var fcntlCmdsSet = set{
	mask: all,
	enum: []constant{
		{"F_DUPFD", unix.F_DUPFD},
		{"F_GETFD", unix.F_GETFD},
		{"F_SETFD", unix.F_SETFD},
		{"F_GETFL", unix.F_GETFL},
		{"F_SETFL", unix.F_SETFL},
		{"F_GETLK", 5},
		{"F_SETLK", 6},
		{"F_SETLKW", 7},
		{"F_SETOWN", unix.F_SETOWN},
		{"F_GETOWN", unix.F_GETOWN},
		{"F_SETSIG", unix.F_SETSIG},
		{"F_GETSIG", unix.F_GETSIG},
		{"F_GETLK64", 12},
		{"F_SETLK64", 13},
		{"F_SETLKW64", 14},
		{"F_SETOWN_EX", unix.F_SETOWN_EX},
		{"F_GETOWN_EX", unix.F_GETOWN_EX},
		{"F_GETOWNER_UIDS", 17},
		{"F_OFD_GETLK", unix.F_OFD_GETLK},
		{"F_OFD_SETLK", unix.F_OFD_SETLK},
		{"F_OFD_SETLKW", unix.F_OFD_SETLKW},
		{"F_SETLEASE", unix.F_SETLEASE},
		{"F_GETLEASE", unix.F_GETLEASE},
		{"F_NOTIFY", unix.F_NOTIFY},
		{"F_DUPFD_QUERY", unix.F_DUPFD_QUERY},
		{"F_CREATED_QUERY", unix.F_CREATED_QUERY},
		{"F_CANCELLK", 1029},
		{"F_DUPFD_CLOEXEC", unix.F_DUPFD_CLOEXEC},
		{"F_SETPIPE_SZ", unix.F_SETPIPE_SZ},
		{"F_GETPIPE_SZ", unix.F_GETPIPE_SZ},
		{"F_ADD_SEALS", unix.F_ADD_SEALS},
		{"F_GET_SEALS", unix.F_GET_SEALS},
		{"F_GET_RW_HINT", unix.F_GET_RW_HINT},
		{"F_SET_RW_HINT", unix.F_SET_RW_HINT},
		{"F_GET_FILE_RW_HINT", unix.F_GET_FILE_RW_HINT},
		{"F_SET_FILE_RW_HINT", unix.F_SET_FILE_RW_HINT},
	},
}

// leaseTypesSet: F_SETLEASE.
var leaseTypesSet = set{
	mask: all,
	enum: []constant{
		{"F_RDLCK", unix.F_RDLCK},
		{"F_WRLCK", unix.F_WRLCK},
		{"F_UNLCK", unix.F_UNLCK},
	},
}

// quotaCmdsSet: quotactl(2), the upper 24 bits of the command.
var quotaCmdsSet = set{
	mask: all,
	enum: []constant{
		{"Q_SYNC", 0x800001},
		{"Q_QUOTAON", 0x800002},
		{"Q_QUOTAOFF", 0x800003},
		{"Q_GETFMT", 0x800004},
		{"Q_GETINFO", 0x800005},
		{"Q_SETINFO", 0x800006},
		{"Q_GETQUOTA", 0x800007},
		{"Q_SETQUOTA", 0x800008},
		{"Q_GETNEXTQUOTA", 0x800009},
	},
}
