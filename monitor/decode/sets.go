package decode

// The formats that a set describes.
const (
	openFlags format = iota + firstSet
	fdFlags
	cloexecFlags
	pipeFlags
	resolveFlags
	accessMode
	atFlags
	accessAtFlags
	unlinkFlags
	statxFlags
	statxMask
	renameFlags
	xattrFlags
	fileTypes
	whence
	fallocMode
	fadvise
	flockOps
	syncRangeFlags
	spliceFlags
	rwFlags
	inotifyMask
	inotifyFlags
	fanotifyClass
	fanotifyMark
	memfdFlags
	sealFlags
	closeRangeFlags
	fcntlCmds
	leaseTypes
	quotaCmds
	mountFlags
	umountFlags
	openTreeFlags
	moveMountFlags
	fsopenFlags
	fsmountFlags
	fspickFlags
	fsconfigCmds
	mountAttrs
	swapFlags
	memProt
	mapFlags
	mremapFlags
	msyncFlags
	madvice
	mlockFlags
	mlockallFlags
	memPolicies
	membarrierCmds
	pkeyRights
	uffdFlags
	cloneFlags
	nsTypes
	execFlags
	waitFlags
	waitTypes
	prctlOps
	ambientOps
	prctlMM
	secureBits
	seccompModes
	dumpable
	speculationKinds
	capabilities
	ptraceRequests
	ptraceOptions
	personas
	archPrctlOps
	rlimits
	priorityKinds
	ioprioKinds
	schedPolicies
	rusageKinds
	kcmpTypes
	pidfdFlags
	pidfdSignalFlags
	maskHow
	seccompOps
	seccompFlags
	landlockRules
	landlockFlags
	landlockRestrict
	keyctlOps
	keyrings
	bpfCmds
	perfFlags
	moduleFlags
	moduleRemoveFlags
	kexecFileFlags
	rebootMagic1
	rebootMagic2
	rebootCmds
	syslogActions
	epollOps
	epollFlags
	eventfdFlags
	signalfdFlags
	timerfdFlags
	timerfdSetFlags
	timerFlags
	itimers
	clocks
	randomFlags
	futexOps
	futexBits
	ringEnterFlags
	ringRegisterOps
	ipcFlags
	shmFlags
	shmatFlags
	msgFlags
	ipcCmds
	semCmds
	families
	socketTypes
	acceptFlags
	inetProtocols
	netlinkProtocols
	etherTypes
	bluetoothProtocols
	canProtocols
	msgSendFlags
	shutdownHow
	sockLevels
	socketOptions
	tcpOptions
	udpOptions
	ipOptions
	ipv6Options
	packetOptions
	netlinkOptions
	socketcallOps
	ipcOps
	ioctlCmds
)

// sets has the set of every format from firstSet on.
var sets = [...]*set{
	openFlags - firstSet:          &openFlagsSet,
	fdFlags - firstSet:            &fdFlagsSet,
	cloexecFlags - firstSet:       &cloexecFlagsSet,
	pipeFlags - firstSet:          &pipeFlagsSet,
	resolveFlags - firstSet:       &resolveFlagsSet,
	accessMode - firstSet:         &accessModeSet,
	atFlags - firstSet:            &atFlagsSet,
	accessAtFlags - firstSet:      &accessAtFlagsSet,
	unlinkFlags - firstSet:        &unlinkFlagsSet,
	statxFlags - firstSet:         &statxFlagsSet,
	statxMask - firstSet:          &statxMaskSet,
	renameFlags - firstSet:        &renameFlagsSet,
	xattrFlags - firstSet:         &xattrFlagsSet,
	fileTypes - firstSet:          &fileTypesSet,
	whence - firstSet:             &whenceSet,
	fallocMode - firstSet:         &fallocModeSet,
	fadvise - firstSet:            &fadviseSet,
	flockOps - firstSet:           &flockOpsSet,
	syncRangeFlags - firstSet:     &syncRangeFlagsSet,
	spliceFlags - firstSet:        &spliceFlagsSet,
	rwFlags - firstSet:            &rwFlagsSet,
	inotifyMask - firstSet:        &inotifyMaskSet,
	inotifyFlags - firstSet:       &inotifyFlagsSet,
	fanotifyClass - firstSet:      &fanotifyClassSet,
	fanotifyMark - firstSet:       &fanotifyMarkSet,
	memfdFlags - firstSet:         &memfdFlagsSet,
	sealFlags - firstSet:          &sealFlagsSet,
	closeRangeFlags - firstSet:    &closeRangeFlagsSet,
	fcntlCmds - firstSet:          &fcntlCmdsSet,
	leaseTypes - firstSet:         &leaseTypesSet,
	quotaCmds - firstSet:          &quotaCmdsSet,
	mountFlags - firstSet:         &mountFlagsSet,
	umountFlags - firstSet:        &umountFlagsSet,
	openTreeFlags - firstSet:      &openTreeFlagsSet,
	moveMountFlags - firstSet:     &moveMountFlagsSet,
	fsopenFlags - firstSet:        &fsopenFlagsSet,
	fsmountFlags - firstSet:       &fsmountFlagsSet,
	fspickFlags - firstSet:        &fspickFlagsSet,
	fsconfigCmds - firstSet:       &fsconfigCmdsSet,
	mountAttrs - firstSet:         &mountAttrsSet,
	swapFlags - firstSet:          &swapFlagsSet,
	memProt - firstSet:            &memProtSet,
	mapFlags - firstSet:           &mapFlagsSet,
	mremapFlags - firstSet:        &mremapFlagsSet,
	msyncFlags - firstSet:         &msyncFlagsSet,
	madvice - firstSet:            &madviceSet,
	mlockFlags - firstSet:         &mlockFlagsSet,
	mlockallFlags - firstSet:      &mlockallFlagsSet,
	memPolicies - firstSet:        &memPoliciesSet,
	membarrierCmds - firstSet:     &membarrierCmdsSet,
	pkeyRights - firstSet:         &pkeyRightsSet,
	uffdFlags - firstSet:          &uffdFlagsSet,
	cloneFlags - firstSet:         &cloneFlagsSet,
	nsTypes - firstSet:            &nsTypesSet,
	execFlags - firstSet:          &execFlagsSet,
	waitFlags - firstSet:          &waitFlagsSet,
	waitTypes - firstSet:          &waitTypesSet,
	prctlOps - firstSet:           &prctlOpsSet,
	ambientOps - firstSet:         &ambientOpsSet,
	prctlMM - firstSet:            &prctlMMSet,
	secureBits - firstSet:         &secureBitsSet,
	seccompModes - firstSet:       &seccompModesSet,
	dumpable - firstSet:           &dumpableSet,
	speculationKinds - firstSet:   &speculationKindsSet,
	capabilities - firstSet:       &capabilitiesSet,
	ptraceRequests - firstSet:     &ptraceRequestsSet,
	ptraceOptions - firstSet:      &ptraceOptionsSet,
	personas - firstSet:           &personasSet,
	archPrctlOps - firstSet:       &archPrctlOpsSet,
	rlimits - firstSet:            &rlimitsSet,
	priorityKinds - firstSet:      &priorityKindsSet,
	ioprioKinds - firstSet:        &ioprioKindsSet,
	schedPolicies - firstSet:      &schedPoliciesSet,
	rusageKinds - firstSet:        &rusageKindsSet,
	kcmpTypes - firstSet:          &kcmpTypesSet,
	pidfdFlags - firstSet:         &pidfdFlagsSet,
	pidfdSignalFlags - firstSet:   &pidfdSignalFlagsSet,
	maskHow - firstSet:            &maskHowSet,
	seccompOps - firstSet:         &seccompOpsSet,
	seccompFlags - firstSet:       &seccompFlagsSet,
	landlockRules - firstSet:      &landlockRulesSet,
	landlockFlags - firstSet:      &landlockFlagsSet,
	landlockRestrict - firstSet:   &landlockRestrictSet,
	keyctlOps - firstSet:          &keyctlOpsSet,
	keyrings - firstSet:           &keyringsSet,
	bpfCmds - firstSet:            &bpfCmdsSet,
	perfFlags - firstSet:          &perfFlagsSet,
	moduleFlags - firstSet:        &moduleFlagsSet,
	moduleRemoveFlags - firstSet:  &moduleRemoveFlagsSet,
	kexecFileFlags - firstSet:     &kexecFileFlagsSet,
	rebootMagic1 - firstSet:       &rebootMagic1Set,
	rebootMagic2 - firstSet:       &rebootMagic2Set,
	rebootCmds - firstSet:         &rebootCmdsSet,
	syslogActions - firstSet:      &syslogActionsSet,
	epollOps - firstSet:           &epollOpsSet,
	epollFlags - firstSet:         &epollFlagsSet,
	eventfdFlags - firstSet:       &eventfdFlagsSet,
	signalfdFlags - firstSet:      &signalfdFlagsSet,
	timerfdFlags - firstSet:       &timerfdFlagsSet,
	timerfdSetFlags - firstSet:    &timerfdSetFlagsSet,
	timerFlags - firstSet:         &timerFlagsSet,
	itimers - firstSet:            &itimersSet,
	clocks - firstSet:             &clocksSet,
	randomFlags - firstSet:        &randomFlagsSet,
	futexOps - firstSet:           &futexOpsSet,
	futexBits - firstSet:          &futexBitsSet,
	ringEnterFlags - firstSet:     &ringEnterFlagsSet,
	ringRegisterOps - firstSet:    &ringRegisterOpsSet,
	ipcFlags - firstSet:           &ipcFlagsSet,
	shmFlags - firstSet:           &shmFlagsSet,
	shmatFlags - firstSet:         &shmatFlagsSet,
	msgFlags - firstSet:           &msgFlagsSet,
	ipcCmds - firstSet:            &ipcCmdsSet,
	semCmds - firstSet:            &semCmdsSet,
	families - firstSet:           &familiesSet,
	socketTypes - firstSet:        &socketTypesSet,
	acceptFlags - firstSet:        &acceptFlagsSet,
	inetProtocols - firstSet:      &inetProtocolsSet,
	netlinkProtocols - firstSet:   &netlinkProtocolsSet,
	etherTypes - firstSet:         &etherTypesSet,
	bluetoothProtocols - firstSet: &bluetoothProtocolsSet,
	canProtocols - firstSet:       &canProtocolsSet,
	msgSendFlags - firstSet:       &msgSendFlagsSet,
	shutdownHow - firstSet:        &shutdownHowSet,
	sockLevels - firstSet:         &sockLevelsSet,
	socketOptions - firstSet:      &socketOptionsSet,
	tcpOptions - firstSet:         &tcpOptionsSet,
	udpOptions - firstSet:         &udpOptionsSet,
	ipOptions - firstSet:          &ipOptionsSet,
	ipv6Options - firstSet:        &ipv6OptionsSet,
	packetOptions - firstSet:      &packetOptionsSet,
	netlinkOptions - firstSet:     &netlinkOptionsSet,
	socketcallOps - firstSet:      &socketcallOpsSet,
	ipcOps - firstSet:             &ipcOpsSet,
	ioctlCmds - firstSet:          &ioctlCmdsSet,
}
