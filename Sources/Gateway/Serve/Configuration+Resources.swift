import Core
import Crypto
import GatewayAPI
import Glibc
import IO
package import Settings
import Store

extension Configuration {
    /// Opens the state. One that cannot be used now is told in the log and in `/health`, and tried again.
    ///
    /// - Parameter directory: where it is kept when nothing is set; nil for memory. An emulator inside this program forgets
    ///   its events when the program ends, so by default what is known of them is forgotten too.
    func openStore(_ log: LogSink, byDefault directory: String?) -> any StateStore {
        let path = storeDirectory(byDefault: directory)
        return SQLiteStateStore(path.map { .folder($0) } ?? .memory, listener: StoreListener(log))
    }

    /// Counts what gateways with the same state write, so that none gives an older answer; nil when none can share it. One
    /// that keeps no answers counts for the others.
    func openTouches(_ log: LogSink, byDefault directory: String?) -> SharedCounter? {
        guard let path = storeDirectory(byDefault: directory) else { return nil }
        if let counter = SharedCounter(folder: path) { return counter }
        log.log(
            LogEvent(
                time: WallClock.now, .warning,
                "Cannot use the file writes in LUMA_DATA_DIR: cached responses are not invalidated between gateways that share "
                    + "the directory"))
        return nil
    }

    /// The gateways with the same state, among which the budget is shared; nil when there can be no other.
    func openMembers(_ log: LogSink, byDefault directory: String?) -> GatewayMembers? {
        // The emulator inside counts for this program alone.
        guard !usesSandbox, let path = storeDirectory(byDefault: directory) else { return nil }
        if let members = GatewayMembers(folder: path) { return members }
        log.log(
            LogEvent(
                time: WallClock.now, .warning,
                "Cannot use the file gateways in LUMA_DATA_DIR: gateways that share the directory each spend the whole budget"
            ))
        return nil
    }

    /// Where the state is kept; nil for memory.
    func storeDirectory(byDefault directory: String?) -> String? {
        memory.directory ?? (usesSandbox ? nil : directory)
    }
}

extension StoreListener {
    /// Tells the log of what changes, and why.
    init(_ log: LogSink) {
        self.init(
            changed: { before, now in
                switch now {
                case .opening: break
                case .usable:
                    // What works from the start needs no line.
                    if before == .opening { return }
                    log.log(LogEvent(time: WallClock.now, .info, "The state store is usable again"))
                case .unusable(let cause):
                    log.log(
                        LogEvent(
                            time: WallClock.now, .error, "The state store in LUMA_DATA_DIR cannot be used",
                            ["cause": .text(cause.rawValue)]))
                }
            },
            failed: { cause, words in
                log.log(
                    LogEvent(
                        time: WallClock.now, .error, "A statement of the state store failed",
                        ["cause": .text(cause.rawValue), "error": .text(words)]))
            },
            begunAnew: {
                log.log(
                    LogEvent(
                        time: WallClock.now, .warning,
                        "The database in LUMA_DATA_DIR was removed and a new one was created: idempotency keys used before are "
                            + "unknown"))
            })
    }
}

extension Configuration {
    /// There is a key of Luma's, a token or a certificate's key in memory.
    package var holdsSecrets: Bool {
        apiKey != nil || access.asksForCredential || tls != nil || !forwarders.values.isEmpty
            || upstreamsFile != nil
    }
}

/// Whether files that hold secrets, or what must not be changed by others, are open to them.
package enum FileExposure {
    /// What is wrong with a file's or folder's mode and what to do; nil when its owner alone decides, or when it is not there.
    ///
    /// Its group may read it, so that a certificate can be shared with another service; others may do nothing with it.
    package static func problem(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || status.st_mode & S_IFMT == S_IFREG else { return nil }
        return problem(mode: status.st_mode, isFolder: isFolder)
    }

    /// The same for a mode.
    static func problem(mode: mode_t, isFolder: Bool) -> String? {
        guard mode & 0o027 != 0 else { return nil }
        let isWritable = mode & 0o022 != 0
        let words = isWritable ? "can be changed by other users" : "can be read by other users"
        return "\(words) of this machine (mode \(String(mode & 0o777, radix: 8))): chmod \(isFolder ? 700 : 600) it"
    }

    /// What is open to others of what these settings name.
    /// - Parameter folder: where the state is kept; nil for memory.
    static func problems(_ configuration: Configuration, folder: String?) -> [String] {
        var places: [(name: String, path: String)] = []
        if let key = configuration.tls?.key { places.append(("LUMA_TLS_KEY", key)) }
        if let folder {
            places.append(("LUMA_DATA_DIR", folder))
            for name in ["luma.db", "luma.db-wal", "commits"] {
                places.append(("the file \(name) in LUMA_DATA_DIR", folder + "/" + name))
            }
        }
        return places.compactMap { place in problem(place.path).map { "\(place.name) \($0)" } }
    }
}

extension TLSFile {
    /// The certificate that the gateway shows.
    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    static func context(
        _ files: Configuration.TLSFiles, _ tickets: TLSTicketKeys
    ) throws(StartFailure) -> TLSServerContext {
        try context(
            certificate: NamedFile(Setting.tlsCertificate.rawValue, files.certificate),
            key: NamedFile(Setting.tlsKey.rawValue, files.key), tickets: tickets)
    }

    /// Reads the certificates to trust for Luma's API.
    static func checkAuthorities(_ configuration: Configuration) throws(StartFailure) {
        guard let path = configuration.caFile else { return }
        try checkAuthorities(NamedFile(Setting.caFile.rawValue, path))
    }
}

extension TemplateCatalog {
    /// Reads the `.json` files of a directory. Blocks: never on a loop.
    /// - Throws: all problems, each with the file's name.
    static func read(directory: String, zones: TimeZoneDatabase) throws(TemplateCatalogError) -> TemplateCatalog {
        var files: [File] = []
        var problems: [String] = []
        let names: [String]
        do throws(SmallFile.Failure) {
            names = try SmallFile.names(in: directory, suffix: ".json")
        } catch {
            throw TemplateCatalogError(problems: ["\(directory): \(error)"])
        }
        for name in names {
            do throws(SmallFile.Failure) {
                guard let text = try SmallFile.read(directory + "/" + name, limit: 256 << 10) else { continue }
                files.append(File(name: name, text: text))
            } catch {
                problems.append("\(name): \(error)")
            }
        }
        do throws(TemplateCatalogError) {
            let catalog = try TemplateCatalog(files: files, zones: zones)
            if problems.isEmpty { return catalog }
        } catch {
            problems += error.problems
        }
        throw TemplateCatalogError(problems: problems)
    }
}

extension Listening {
    /// The sockets that a supervisor has handed over, or else new ones: for each loop one per address.
    static func open(
        _ configuration: Configuration, _ environment: [String: String]
    ) throws(StartFailure) -> [[BoundSocket]] {
        guard let descriptors = try SocketActivation.descriptors(environment, process: getpid()) else {
            return try open(
                host: configuration.host, port: configuration.port, loops: configuration.workers,
                joins: configuration.sharesPort)
        }
        let sockets: [[BoundSocket]]
        do throws(SystemError) {
            sockets = try InheritedSockets.adopt(descriptors, loops: configuration.workers)
        } catch {
            throw StartFailure(
                .configuration, "LISTEN_FDS contains a descriptor that is not a listening TCP socket: \(error).")
        }
        for address in sockets[0].map(\.address) where !configuration.allowsExternal {
            guard HostName(address.host)?.isLoopback != true else { continue }
            throw StartFailure(
                .configuration,
                "LISTEN_FDS contains \(address): other machines could reach it without a "
                    + "token. Set LUMA_AUTH_TOKENS, or LUMA_ALLOW_EXTERNAL=true if a proxy in front of it authenticates."
            )
        }
        return sockets
    }
}

extension DescriptorLimit {
    /// What is left for other things than connections: files, epoll sets, libraries.
    static let reserve = 64

    /// What to tell somebody whose settings need more than the system allows; nil when they do not. A connection needs
    /// a descriptor, a call to Luma another.
    static func warning(limit: Int, connections: Int, calls: Int) -> String? {
        let room = limit - calls - reserve
        guard connections > room else { return nil }
        return "LUMA_MAX_CONNECTIONS is \(connections), but the limit on open files (ulimit -n) is \(limit), which is "
            + "enough for \(max(0, room)); further ones wait."
    }
}
