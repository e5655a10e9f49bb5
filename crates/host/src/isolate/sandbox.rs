//! What a worker may still do, taken away before any code of a plugin runs in it.
//!
//! On Linux: of files it reads those of its system's libraries and those that its configuration
//! names, and writes none; it opens no socket, starts no process, signals none (Landlock and seccomp,
//! each as far as the kernel has it). Limits of memory hold on every Unix.

use std::path::PathBuf;

use crate::config::{Isolation, Sandbox};

impl Isolation {
    /// Puts its limits on this process, for good.
    ///
    /// # Errors
    /// Where they are required and the system cannot enforce them.
    pub(crate) fn enforce(&self) -> Result<(), String> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = |resource, most| {
            // One that cannot be set is one that is stricter already.
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        };
        limit(Resource::Core, 0);
        if self.memory > 0 {
            limit(Resource::Data, self.memory);
        }
        let enforced = match self.sandbox {
            Sandbox::Off => return Ok(()),
            Sandbox::Auto => confine(&self.read, false),
            Sandbox::Require => confine(&self.read, true),
        };
        match (self.sandbox, enforced) {
            (Sandbox::Require, Err(reason)) => {
                Err(format!("`sandbox = \"require\"` cannot be met here: {reason}"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn confine(_read: &[PathBuf], _whole: bool) -> Result<(), String> {
    Err("this system has none that onrecord knows".into())
}

#[cfg(target_os = "linux")]
fn confine(read: &[PathBuf], whole: bool) -> Result<(), String> {
    // Each for itself: where one is missing, the other still helps.
    let files = linux::files(read, whole);
    let calls = linux::calls();
    files.and(calls)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset,
        RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope, path_beneath_rules,
    };
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    /// Where the system keeps what a library may be linked with, and what the C library reads.
    const SYSTEM: &[&str] = &[
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/usr/share/zoneinfo",
        "/dev/null",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom",
    ];

    pub(super) fn files(read: &[PathBuf], whole: bool) -> Result<(), String> {
        // Linux 6.12: the last version that restricts more than notices.
        let abi = ABI::V6;
        let level = if whole { CompatLevel::HardRequirement } else { CompatLevel::BestEffort };
        let paths = SYSTEM.iter().map(Path::new).chain(read.iter().map(PathBuf::as_path));
        let restricted = (|| {
            Ruleset::default()
                .set_compatibility(level)
                .handle_access(AccessFs::from_all(abi))?
                .handle_access(AccessNet::from_all(abi))?
                .scope(Scope::from_all(abi))?
                .create()?
                .add_rules(path_beneath_rules(paths, AccessFs::from_read(abi)))?
                .restrict_self()
        })();
        match restricted {
            Ok(status) if status.ruleset == RulesetStatus::FullyEnforced => Ok(()),
            Ok(status) => Err(format!("of Landlock, {:?}", status.ruleset)),
            Err(error) => Err(format!("Landlock: {error}")),
        }
    }

    /// Calls that answer "not permitted". A library that analyzes text has no use for them.
    const FORBIDDEN: &[i64] = &[
        // Other programs.
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        // The network.
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_bind,
        libc::SYS_connect,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        // The system.
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_acct,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_sethostname,
        libc::SYS_setdomainname,
        libc::SYS_open_by_handle_at,
        libc::SYS_personality,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
    ];

    pub(super) fn calls() -> Result<(), String> {
        filters().map_err(|error| format!("seccomp: {error}"))?.iter().try_for_each(|filter| {
            seccompiler::apply_filter(filter).map_err(|error| format!("seccomp: {error}"))
        })
    }

    /// The mark of calls by the x32 interface, which some kernels of x86-64 have beside their own,
    /// and the calls that have numbers of their own there.
    const X32: i64 = 0x4000_0000;
    const OWN_TO_X32: std::ops::Range<i64> = 512..548;

    fn and_by_x32(calls: &mut BTreeMap<i64, Vec<SeccompRule>>) {
        let twins: Vec<_> = calls.iter().map(|(call, rules)| (call | X32, rules.clone())).collect();
        calls.extend(twins);
    }

    fn filters() -> Result<[BpfProgram; 2], seccompiler::BackendError> {
        let arch: seccompiler::TargetArch = std::env::consts::ARCH.try_into()?;
        let own = u64::from(std::process::id());
        let when = |argument, length, operator, value| {
            SeccompRule::new(vec![SeccompCondition::new(argument, length, operator, value)?])
        };
        let mut forbidden: BTreeMap<i64, Vec<SeccompRule>> =
            FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
        // A thread may be begun, a process not.
        let thread = libc::CLONE_THREAD as u64;
        let no_thread = when(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
        forbidden.insert(libc::SYS_clone, vec![no_thread]);
        // It may raise signals in itself, as `abort` does.
        for call in [libc::SYS_kill, libc::SYS_tgkill, libc::SYS_tkill] {
            let others = when(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own)?;
            forbidden.insert(call, vec![others]);
        }
        // It ends with its host.
        let death = libc::PR_SET_PDEATHSIG as u64;
        let outlive = when(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, death)?;
        forbidden.insert(libc::SYS_prctl, vec![outlive]);
        // The arguments of `clone3` lie in memory, where no filter sees them; without it the C
        // library takes `clone`.
        let mut absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        if cfg!(target_arch = "x86_64") {
            and_by_x32(&mut forbidden);
            and_by_x32(&mut absent);
            forbidden.extend(OWN_TO_X32.map(|call| (call | X32, Vec::new())));
        }
        let program = |rules, errno: i32| {
            let answer = SeccompAction::Errno(errno as u32);
            SeccompFilter::new(rules, SeccompAction::Allow, answer, arch)?.try_into()
        };
        Ok([program(forbidden, libc::EPERM)?, program(absent, libc::ENOSYS)?])
    }
}
