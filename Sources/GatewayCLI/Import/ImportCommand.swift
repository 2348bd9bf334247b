import Core
import GatewayAPI
import Glibc
import HTTP
import IO

/// `luma-mcp events import`: reads and checks a whole file, sends its rows to a running gateway, and writes down what was
/// done to each.
package struct ImportCommand {
    private static let largestFile = 256 << 20

    private let options: ImportOptions
    private let target: GatewayTarget
    private let registry: ImportRegistry

    package init(_ call: EventsCall, _ environment: [String: String]) throws(CommandFailure) {
        options = try ImportOptions(call)
        target = try GatewayTarget.resolve(call.arguments, environment)
        registry = ImportRegistry(environment)
    }

    /// - Throws: why it could not begin.
    package func run() async throws(CommandFailure) -> ExitStatus {
        let client = try ImportClient(target)
        let plan: ImportPlan
        do throws(CommandFailure) {
            // A file that is not there is told before anybody is asked.
            let input = try Input(options.file)
            plan = try read(input, templates: try await templates(client))
        } catch {
            await client.end()
            throw error
        }
        let status = await carryOut(plan, client)
        await client.end()
        return status
    }

    // MARK: Before anything is sent

    /// The gateway's templates, whose fields count for the check. Where no template is asked for, rows may still name one, but
    /// a file without any can be looked at without a gateway.
    private func templates(_ client: ImportClient) async throws(CommandFailure) -> TemplateCatalog {
        do throws(CommandFailure) {
            return try await client.templates()
        } catch {
            if options.planning.template != nil { throw error }
            return TemplateCatalog()
        }
    }

    /// The file, or standard input; closed with the value.
    private struct Input: ~Copyable {
        let descriptor: Int32

        init(_ name: String) throws(CommandFailure) {
            descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw CommandFailure(
                    .notFound, "\(CommandFailure.line(name)) cannot be opened: \(SystemError("open"))")
            }
        }

        deinit { if descriptor != STDIN_FILENO { close(descriptor) } }
    }

    private func read(_ input: borrowing Input, templates: TemplateCatalog) throws(CommandFailure) -> ImportPlan {
        var planning = options.planning
        planning.now = WallClock.now
        var planner = ImportPlanner(planning, zones: SystemTimeZones.database, templates: templates)
        var total = 0
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(input.descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 {
                throw CommandFailure(
                    .notFound, "\(CommandFailure.line(options.file)) cannot be read: \(SystemError("read"))")
            }
            if count == 0 { break }
            total += count
            guard total <= Self.largestFile else {
                throw CommandFailure(.data, "\(CommandFailure.line(options.file)) is larger than 256 MiB; split it")
            }
            planner.feed(piece[..<count])
        }
        return planner.finish()
    }

    private func carryOut(_ plan: ImportPlan, _ client: ImportClient) async -> ExitStatus {
        let standing = await look(plan, client)
        for line in ImportFindings(plan, options, standing).lines { StandardError.write(line) }
        let isStopped = plan.isUnusable || (!plan.problems.isEmpty && !options.skipsInvalid)
        let isHeld = !plan.losses.isEmpty && !options.allowsLoss
        if isStopped || isHeld || options.isDryRun {
            let verdict =
                isStopped || isHeld && !options.isDryRun
                ? "Nothing was sent." : "Nothing was sent: this is a dry run."
            let hint =
                isStopped && !plan.isUnusable ? " Correct the file, or import without these rows: --skip-invalid." : ""
            StandardError.write(verdict + hint)
            let counts = standing?.counts ?? ImportProgress.Counts()
            ImportSummary(plan, counts).write(asJSON: options.isJSON)
            if !plan.problems.isEmpty || isHeld { return .data }
            return counts.unknown > 0 ? .unknown : counts.failed > 0 ? .data : .ok
        }
        let place = await client.place()
        let report: ImportReport
        do throws(ImportReport.Failure) {
            report = try ImportReport(path: options.report, place: place)
        } catch {
            StandardError.write("luma-mcp: \(CommandFailure.line(options.report)) \(error)")
            return .cannotCreate
        }
        let neighbours = ImportNeighbours(of: options.report, at: place, listed: registry.reports)
        registry.add(options.report)
        return await ImportSession(plan, options, report, neighbours, client).run()
    }

    /// What a dry run finds done already; nothing is written. Nil when it is none, or has no rows.
    private func look(_ plan: ImportPlan, _ client: ImportClient) async -> ImportStanding? {
        guard options.isDryRun, !plan.isUnusable else { return nil }
        let place = await client.place()
        var own: [ImportReport.Entry] = []
        do throws(ImportReport.Failure) {
            own = try ImportReport.look(options.report, at: place)
        } catch {
            StandardError.write("luma-mcp: \(CommandFailure.line(options.report)) \(error)")
        }
        let neighbours = ImportNeighbours(of: options.report, at: place, listed: registry.reports)
        for line in neighbours.warnings { StandardError.write(line) }
        return ImportStanding(plan, ImportHistory(own, others: neighbours.reports), now: WallClock.now)
    }
}
