package decode

import "golang.org/x/sys/unix"

// mountFlagsSet: mount(2).
var mountFlagsSet = set{
	wide: true,
	flags: []constant{
		{"MS_MGC_VAL", 0xc0ed0000},
		{"MS_RDONLY", unix.MS_RDONLY},
		{"MS_NOSUID", unix.MS_NOSUID},
		{"MS_NODEV", unix.MS_NODEV},
		{"MS_NOEXEC", unix.MS_NOEXEC},
		{"MS_SYNCHRONOUS", unix.MS_SYNCHRONOUS},
		{"MS_REMOUNT", unix.MS_REMOUNT},
		{"MS_MANDLOCK", unix.MS_MANDLOCK},
		{"MS_DIRSYNC", unix.MS_DIRSYNC},
		{"MS_NOSYMFOLLOW", unix.MS_NOSYMFOLLOW},
		{"MS_NOATIME", unix.MS_NOATIME},
		{"MS_NODIRATIME", unix.MS_NODIRATIME},
		{"MS_BIND", unix.MS_BIND},
		{"MS_MOVE", unix.MS_MOVE},
		{"MS_REC", unix.MS_REC},
		{"MS_SILENT", unix.MS_SILENT},
		{"MS_POSIXACL", unix.MS_POSIXACL},
		{"MS_UNBINDABLE", unix.MS_UNBINDABLE},
		{"MS_PRIVATE", unix.MS_PRIVATE},
		{"MS_SLAVE", unix.MS_SLAVE},
		{"MS_SHARED", unix.MS_SHARED},
		{"MS_RELATIME", unix.MS_RELATIME},
		{"MS_KERNMOUNT", unix.MS_KERNMOUNT},
		{"MS_I_VERSION", unix.MS_I_VERSION},
		{"MS_STRICTATIME", unix.MS_STRICTATIME},
		{"MS_LAZYTIME", unix.MS_LAZYTIME},
		{"MS_ACTIVE", unix.MS_ACTIVE},
		{"MS_NOUSER", unix.MS_NOUSER},
	},
}

// umountFlagsSet: umount2(2).
var umountFlagsSet = set{
	flags: []constant{
		{"MNT_FORCE", unix.MNT_FORCE},
		{"MNT_DETACH", unix.MNT_DETACH},
		{"MNT_EXPIRE", unix.MNT_EXPIRE},
		{"UMOUNT_NOFOLLOW", unix.UMOUNT_NOFOLLOW},
	},
}

// openTreeFlagsSet: open_tree(2).
var openTreeFlagsSet = set{
	flags: []constant{
		{"OPEN_TREE_CLONE", unix.OPEN_TREE_CLONE},
		{"OPEN_TREE_CLOEXEC", unix.OPEN_TREE_CLOEXEC},
		{"AT_SYMLINK_NOFOLLOW", unix.AT_SYMLINK_NOFOLLOW},
		{"AT_NO_AUTOMOUNT", unix.AT_NO_AUTOMOUNT},
		{"AT_EMPTY_PATH", unix.AT_EMPTY_PATH},
		{"AT_RECURSIVE", unix.AT_RECURSIVE},
	},
}

// moveMountFlagsSet: move_mount(2).
var moveMountFlagsSet = set{
	flags: []constant{
		{"MOVE_MOUNT_F_SYMLINKS", unix.MOVE_MOUNT_F_SYMLINKS},
		{"MOVE_MOUNT_F_AUTOMOUNTS", unix.MOVE_MOUNT_F_AUTOMOUNTS},
		{"MOVE_MOUNT_F_EMPTY_PATH", unix.MOVE_MOUNT_F_EMPTY_PATH},
		{"MOVE_MOUNT_T_SYMLINKS", unix.MOVE_MOUNT_T_SYMLINKS},
		{"MOVE_MOUNT_T_AUTOMOUNTS", unix.MOVE_MOUNT_T_AUTOMOUNTS},
		{"MOVE_MOUNT_T_EMPTY_PATH", unix.MOVE_MOUNT_T_EMPTY_PATH},
		{"MOVE_MOUNT_SET_GROUP", unix.MOVE_MOUNT_SET_GROUP},
		{"MOVE_MOUNT_BENEATH", 0x200},
	},
}

// fsopenFlagsSet: fsopen(2).
var fsopenFlagsSet = set{
	flags: []constant{
		{"FSOPEN_CLOEXEC", unix.FSOPEN_CLOEXEC},
	},
}

// fsmountFlagsSet: fsmount(2).
var fsmountFlagsSet = set{
	flags: []constant{
		{"FSMOUNT_CLOEXEC", unix.FSMOUNT_CLOEXEC},
	},
}

// fspickFlagsSet: fspick(2).
var fspickFlagsSet = set{
	flags: []constant{
		{"FSPICK_CLOEXEC", unix.FSPICK_CLOEXEC},
		{"FSPICK_SYMLINK_NOFOLLOW", unix.FSPICK_SYMLINK_NOFOLLOW},
		{"FSPICK_NO_AUTOMOUNT", unix.FSPICK_NO_AUTOMOUNT},
		{"FSPICK_EMPTY_PATH", unix.FSPICK_EMPTY_PATH},
	},
}

// fsconfigCmdsSet: fsconfig(2).
var fsconfigCmdsSet = set{
	mask: all,
	enum: []constant{
		{"FSCONFIG_SET_FLAG", unix.FSCONFIG_SET_FLAG},
		{"FSCONFIG_SET_STRING", unix.FSCONFIG_SET_STRING},
		{"FSCONFIG_SET_BINARY", unix.FSCONFIG_SET_BINARY},
		{"FSCONFIG_SET_PATH", unix.FSCONFIG_SET_PATH},
		{"FSCONFIG_SET_PATH_EMPTY", unix.FSCONFIG_SET_PATH_EMPTY},
		{"FSCONFIG_SET_FD", unix.FSCONFIG_SET_FD},
		{"FSCONFIG_CMD_CREATE", unix.FSCONFIG_CMD_CREATE},
		{"FSCONFIG_CMD_RECONFIGURE", unix.FSCONFIG_CMD_RECONFIGURE},
		{"FSCONFIG_CMD_CREATE_EXCL", 8},
	},
}

// mountAttrsSet: fsmount(2), mount_setattr(2).
var mountAttrsSet = set{
	mask: 0x70,
	enum: []constant{
		{"MOUNT_ATTR_RELATIME", unix.MOUNT_ATTR_RELATIME},
		{"MOUNT_ATTR_NOATIME", unix.MOUNT_ATTR_NOATIME},
		{"MOUNT_ATTR_STRICTATIME", unix.MOUNT_ATTR_STRICTATIME},
	},
	flags: []constant{
		{"MOUNT_ATTR_RDONLY", unix.MOUNT_ATTR_RDONLY},
		{"MOUNT_ATTR_NOSUID", unix.MOUNT_ATTR_NOSUID},
		{"MOUNT_ATTR_NODEV", unix.MOUNT_ATTR_NODEV},
		{"MOUNT_ATTR_NOEXEC", unix.MOUNT_ATTR_NOEXEC},
		{"MOUNT_ATTR_NODIRATIME", unix.MOUNT_ATTR_NODIRATIME},
		{"MOUNT_ATTR_IDMAP", unix.MOUNT_ATTR_IDMAP},
		{"MOUNT_ATTR_NOSYMFOLLOW", unix.MOUNT_ATTR_NOSYMFOLLOW},
	},
}

// swapFlagsSet: swapon(2).
var swapFlagsSet = set{
	flags: []constant{
		{"SWAP_FLAG_PREFER", 0x8000},
		{"SWAP_FLAG_DISCARD", 0x10000},
		{"SWAP_FLAG_DISCARD_ONCE", 0x20000},
		{"SWAP_FLAG_DISCARD_PAGES", 0x40000},
	},
}
