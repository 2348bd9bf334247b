import Core
import LumaAPI

extension SchemaProblem {
    /// What is wrong, with the name that was probably meant for one that nobody knows.
    var words: String {
        guard case .unknownMember(let known) = kind else { return problem }
        let name = path.split(separator: ".").last.map(String.init) ?? ""
        return problem + (NearestName.suggest(for: name, among: known).map { "; did you mean \($0)?" } ?? "")
    }
}
