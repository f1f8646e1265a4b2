package decode

import "golang.org/x/sys/unix"

// memProtSet: mmap(2), mprotect(2).
var memProtSet = set{
	wide: true,
	flags: []constant{
		{"PROT_NONE", unix.PROT_NONE},
		{"PROT_READ", unix.PROT_READ},
		{"PROT_WRITE", unix.PROT_WRITE},
		{"PROT_EXEC", unix.PROT_EXEC},
		{"PROT_SEM", 8},
		{"PROT_BTI", 0x10},
		{"PROT_MTE", 0x20},
		{"PROT_GROWSDOWN", unix.PROT_GROWSDOWN},
		{"PROT_GROWSUP", unix.PROT_GROWSUP},
	},
}

// mapFlagsSet: mmap(2).
var mapFlagsSet = set{
	wide: true,
	mask: 0xf,
	enum: []constant{
		{"MAP_SHARED", unix.MAP_SHARED},
		{"MAP_PRIVATE", unix.MAP_PRIVATE},
		{"MAP_SHARED_VALIDATE", unix.MAP_SHARED_VALIDATE},
	},
	flags: []constant{
		{"MAP_FIXED", unix.MAP_FIXED},
		{"MAP_ANONYMOUS", unix.MAP_ANONYMOUS},
		{"MAP_32BIT", 0x40},
		{"MAP_NORESERVE", unix.MAP_NORESERVE},
		{"MAP_POPULATE", unix.MAP_POPULATE},
		{"MAP_NONBLOCK", unix.MAP_NONBLOCK},
		{"MAP_GROWSDOWN", unix.MAP_GROWSDOWN},
		{"MAP_DENYWRITE", unix.MAP_DENYWRITE},
		{"MAP_EXECUTABLE", unix.MAP_EXECUTABLE},
		{"MAP_LOCKED", unix.MAP_LOCKED},
		{"MAP_STACK", unix.MAP_STACK},
		{"MAP_HUGETLB", unix.MAP_HUGETLB},
		{"MAP_SYNC", unix.MAP_SYNC},
		{"MAP_FIXED_NOREPLACE", unix.MAP_FIXED_NOREPLACE},
	},
}

// mremapFlagsSet: mremap(2).
var mremapFlagsSet = set{
	wide: true,
	flags: []constant{
		{"MREMAP_MAYMOVE", unix.MREMAP_MAYMOVE},
		{"MREMAP_FIXED", unix.MREMAP_FIXED},
		{"MREMAP_DONTUNMAP", unix.MREMAP_DONTUNMAP},
	},
}

// msyncFlagsSet: msync(2).
var msyncFlagsSet = set{
	flags: []constant{
		{"MS_ASYNC", 1},
		{"MS_INVALIDATE", 2},
		{"MS_SYNC", 4},
	},
}

// madviceSet: madvise(2).
var madviceSet = set{
	mask: all,
	enum: []constant{
		{"MADV_NORMAL", unix.MADV_NORMAL},
		{"MADV_RANDOM", unix.MADV_RANDOM},
		{"MADV_SEQUENTIAL", unix.MADV_SEQUENTIAL},
		{"MADV_WILLNEED", unix.MADV_WILLNEED},
		{"MADV_DONTNEED", unix.MADV_DONTNEED},
		{"MADV_FREE", unix.MADV_FREE},
		{"MADV_REMOVE", unix.MADV_REMOVE},
		{"MADV_DONTFORK", unix.MADV_DONTFORK},
		{"MADV_DOFORK", unix.MADV_DOFORK},
		{"MADV_MERGEABLE", unix.MADV_MERGEABLE},
		{"MADV_UNMERGEABLE", unix.MADV_UNMERGEABLE},
		{"MADV_HUGEPAGE", unix.MADV_HUGEPAGE},
		{"MADV_NOHUGEPAGE", unix.MADV_NOHUGEPAGE},
		{"MADV_DONTDUMP", unix.MADV_DONTDUMP},
		{"MADV_DODUMP", unix.MADV_DODUMP},
		{"MADV_WIPEONFORK", unix.MADV_WIPEONFORK},
		{"MADV_KEEPONFORK", unix.MADV_KEEPONFORK},
		{"MADV_COLD", unix.MADV_COLD},
		{"MADV_PAGEOUT", unix.MADV_PAGEOUT},
		{"MADV_POPULATE_READ", unix.MADV_POPULATE_READ},
		{"MADV_POPULATE_WRITE", unix.MADV_POPULATE_WRITE},
		{"MADV_DONTNEED_LOCKED", unix.MADV_DONTNEED_LOCKED},
		{"MADV_COLLAPSE", unix.MADV_COLLAPSE},
		{"MADV_HWPOISON", unix.MADV_HWPOISON},
		{"MADV_SOFT_OFFLINE", 101},
		{"MADV_GUARD_INSTALL", 102},
		{"MADV_GUARD_REMOVE", 103},
	},
}

// mlockFlagsSet: mlock2(2).
var mlockFlagsSet = set{
	flags: []constant{
		{"MLOCK_ONFAULT", 1},
	},
}

// mlockallFlagsSet: mlockall(2).
var mlockallFlagsSet = set{
	flags: []constant{
		{"MCL_CURRENT", unix.MCL_CURRENT},
		{"MCL_FUTURE", unix.MCL_FUTURE},
		{"MCL_ONFAULT", unix.MCL_ONFAULT},
	},
}

// memPoliciesSet: mbind(2), set_mempolicy(2).
var memPoliciesSet = set{
	mask: 0xff,
	enum: []constant{
		{"MPOL_DEFAULT", 0},
		{"MPOL_PREFERRED", 1},
		{"MPOL_BIND", 2},
		{"MPOL_INTERLEAVE", 3},
		{"MPOL_LOCAL", 4},
		{"MPOL_PREFERRED_MANY", 5},
		{"MPOL_WEIGHTED_INTERLEAVE", 6},
	},
	flags: []constant{
		{"MPOL_F_STATIC_NODES", 0x8000},
		{"MPOL_F_RELATIVE_NODES", 0x4000},
		{"MPOL_F_NUMA_BALANCING", 0x2000},
	},
}

// membarrierCmdsSet: membarrier(2).
var membarrierCmdsSet = set{
	mask: all,
	enum: []constant{
		{"MEMBARRIER_CMD_QUERY", 0},
		{"MEMBARRIER_CMD_GLOBAL", 1},
		{"MEMBARRIER_CMD_GLOBAL_EXPEDITED", 2},
		{"MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED", 4},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED", 8},
		{"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED", 16},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE", 32},
		{"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE", 64},
		{"MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ", 128},
		{"MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ", 256},
		{"MEMBARRIER_CMD_GET_REGISTRATIONS", 512},
	},
}

// pkeyRightsSet: pkey_alloc(2).
var pkeyRightsSet = set{
	wide: true,
	flags: []constant{
		{"PKEY_DISABLE_ACCESS", 1},
		{"PKEY_DISABLE_WRITE", 2},
	},
}

// uffdFlagsSet: userfaultfd(2).
var uffdFlagsSet = set{
	flags: []constant{
		{"O_NONBLOCK", unix.O_NONBLOCK},
		{"O_CLOEXEC", unix.O_CLOEXEC},
		{"UFFD_USER_MODE_ONLY", 1},
	},
}
