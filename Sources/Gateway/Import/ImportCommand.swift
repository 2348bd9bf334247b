import Core
import Glibc
import HTTP
import IO

/// `luma-mcp events import`: reads and checks a whole file, sends its rows to a running gateway, and writes down what was
/// done to each.
struct ImportCommand {
    /// How the program ends, by sysexits.h where there is a fitting word.
    enum Exit: Int32 {
        case done = 0
        case someNotDone = 1
        case invalid = 65
        case noInput = 66
        case unavailable = 69
        case noReport = 73
        case noAccess = 77
        case interrupted = 130
    }

    /// Most problems that are printed.
    private static let mostShown = 50
    private static let largestFile = 256 << 20

    let options: ImportOptions
    let environment: [String: String]

    func run() async throws -> Int32 {
        let client = try ImportClient(options, environment)
        let plan: ImportPlan
        do {
            plan = try read(templates: try await templates(client))
        } catch let failure as ImportFailure {
            await client.end()
            return tell(failure)
        }
        let exit = await carryOut(plan, client)
        await client.end()
        return exit.rawValue
    }

    private func tell(_ failure: ImportFailure) -> Int32 {
        StandardError.write("luma-mcp: \(failure.description)")
        return failure.exit.rawValue
    }

    // MARK: Before anything is sent

    /// The gateway's templates, when rows are made from any: their fields count for the check.
    private func templates(_ client: ImportClient) async throws -> TemplateCatalog {
        guard options.planning.template != nil else { return TemplateCatalog() }
        return try await client.templates()
    }

    private func read(templates: TemplateCatalog) throws(ImportFailure) -> ImportPlan {
        var planner = ImportPlanner(options.planning, zones: SystemTimeZones.database, templates: templates)
        let isInput = options.file == "-"
        let descriptor = isInput ? STDIN_FILENO : open(options.file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportFailure(.noInput, "\(PlainText.line(options.file)) cannot be opened: \(SystemError("open"))")
        }
        defer { if !isInput { close(descriptor) } }
        var total = 0
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 {
                throw ImportFailure(.noInput, "\(PlainText.line(options.file)) cannot be read: \(SystemError("read"))")
            }
            if count == 0 { break }
            total += count
            guard total <= Self.largestFile else {
                throw ImportFailure(.invalid, "\(PlainText.line(options.file)) is larger than 256 MiB; split it")
            }
            planner.feed(piece[..<count])
        }
        return planner.finish()
    }

    private func carryOut(_ plan: ImportPlan, _ client: ImportClient) async -> Exit {
        tell(plan)
        let isStopped = plan.isUnusable || (!plan.problems.isEmpty && !options.skipsInvalid)
        if isStopped || options.isDryRun {
            let verdict = isStopped ? "Nothing was sent." : "Nothing was sent: this is a dry run."
            let hint =
                isStopped && !plan.isUnusable ? " Correct the file, or go on without these rows: --skip-invalid." : ""
            StandardError.write(verdict + hint)
            ImportSummary(plan).write(asJSON: options.isJSON)
            return plan.problems.isEmpty ? .done : .invalid
        }
        let report: ImportReport
        do throws(ImportReport.Failure) {
            report = try ImportReport(path: options.report)
        } catch {
            StandardError.write("luma-mcp: \(PlainText.line(options.report)) \(error)")
            return .noReport
        }
        return await ImportSession(plan, options, report, client).run()
    }

    /// Says what was found in the file.
    private func tell(_ plan: ImportPlan) {
        for problem in plan.problems.prefix(Self.mostShown) {
            let name = problem.name.isEmpty ? "" : "\"\(PlainText.line(problem.name, to: 60))\": "
            StandardError.write("line \(problem.line): \(name)\(PlainText.line(problem.text))")
        }
        if plan.problems.count > Self.mostShown {
            StandardError.write("and \(plan.problems.count - Self.mostShown) more problems")
        }
        if !plan.leftOut.isEmpty {
            StandardError.write("Left out, as Luma sets them: \(PlainText.line(plan.leftOut.joined(separator: ", ")))")
        }
        for duplicate in plan.duplicates.prefix(Self.mostShown) {
            StandardError.write(
                "line \(duplicate.row.line): says the same as row \(duplicate.first) and is not sent "
                    + "(--allow-duplicates makes an event of it)")
        }
        if plan.duplicates.count > Self.mostShown {
            StandardError.write("and \(plan.duplicates.count - Self.mostShown) more such rows")
        }
        let valid = plan.rows.count + plan.duplicates.count
        StandardError.write("\(plan.count) rows read, \(valid) valid, \(plan.invalid) not valid")
    }
}

/// Why an import could not begin.
struct ImportFailure: Error {
    let exit: ImportCommand.Exit
    let description: String

    init(_ exit: ImportCommand.Exit, _ description: String) {
        self.exit = exit
        self.description = description
    }
}
