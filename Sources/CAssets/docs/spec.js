// Reads an OpenAPI 3.1 document: what a page needs of it, with references followed and nothing changed.

const METHODS = ["get", "post", "put", "patch", "delete"];

export class Specification {
  constructor(document) {
    this.document = document;
    this.operations = this.#operations();
  }

  get info() { return this.document.info ?? {}; }

  /** Where requests go: the page's own server, which is the one that has answered. */
  get server() { return location.origin; }

  /** The groups in the document's order, each with its operations. */
  get groups() {
    return (this.document.tags ?? []).map((tag) => ({
      name: tag.name,
      description: tag.description ?? "",
      operations: this.operations.filter((operation) => operation.group === tag.name),
    }));
  }

  /** What a reference stands for; anything else as it is. */
  resolve(node) {
    for (let steps = 0; node?.$ref && steps < 16; steps += 1) {
      const path = node.$ref.replace(/^#\//, "").split("/");
      node = path.reduce((place, part) => place?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], this.document);
    }
    return node ?? {};
  }

  #operations() {
    const found = [];
    for (const [path, item] of Object.entries(this.document.paths ?? {})) {
      for (const method of METHODS.filter((name) => item[name])) {
        found.push(this.#operation(path, method, item, item[method]));
      }
    }
    return found;
  }

  #operation(path, method, item, own) {
    const media = Object.entries(own.requestBody?.content ?? {})[0];
    return {
      id: own.operationId ?? `${method}${path}`,
      method: method.toUpperCase(),
      path,
      group: own.tags?.[0] ?? "",
      summary: own.summary ?? path,
      description: own.description ?? "",
      scope: this.#scope(own.security ?? this.document.security ?? []),
      parameters: [...(item.parameters ?? []), ...(own.parameters ?? [])].map((each) => this.resolve(each)),
      body: media && { type: media[0], schema: media[1].schema, examples: examples(media[1]) },
      answers: Object.entries(own.responses ?? {}).map(([status, answer]) => this.#answer(status, answer)),
    };
  }

  /** What a token must be good for, an empty text where none is asked for. */
  #scope(security) {
    return security.flatMap((each) => each.token ?? []).join(" ");
  }

  #answer(status, node) {
    const answer = this.resolve(node);
    return {
      status,
      isError: /^[45]/.test(status),
      description: answer.description ?? "",
      fields: Object.entries(answer.headers ?? {}).map(([name, field]) => ({ name, ...this.resolve(field) })),
      content: Object.entries(answer.content ?? {}).map(([type, media]) => ({
        type, schema: media.schema, examples: examples(media),
      })),
    };
  }
}

/** The media types that an operation may answer with when all goes well, the usual one first. */
export function offers(operation) {
  const fine = operation.answers.filter((answer) => !answer.isError);
  return [...new Set(fine.flatMap((answer) => answer.content.map((media) => media.type)))];
}

function examples(media) {
  const named = Object.entries(media.examples ?? {}).map(([name, example]) => ({
    name, title: example.summary ?? name, value: example.value,
  }));
  return media.example === undefined ? named : [{ name: "example", title: "Example", value: media.example }, ...named];
}
