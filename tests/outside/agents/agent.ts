import { basename } from 'node:path'

/** How a coding agent is started headless, and what it sends. */
export interface Agent {
  readonly name: string
  readonly package: string
  readonly version: string
  /** Below the folder of the packages. */
  readonly program: string
  /** Arguments of a run with one prompt. */
  readonly args: (run: AgentRun) => readonly string[]
  readonly env: (run: AgentRun) => Readonly<Record<string, string>>
  /** Files that it wants in its home. */
  readonly home: (run: AgentRun) => Readonly<Record<string, string>>
  /** The line that makes a fake model call the agent's shell. */
  readonly shell: (command: string) => string
  /** The line that makes it call the agent's own tool for writing a file. */
  readonly write: (path: string, text: string) => string
  /** Columns where the fake model cannot make that call. */
  readonly cannotWrite: readonly string[]
  /** The group of the stage whose provider speaks the agent's own dialect, by the same name. */
  readonly ownModel: string
  readonly isCall: (path: string) => boolean
  /** It speaks a provider's own protocol, which is passed through: there is no column but the first. */
  readonly isPassed?: true
  /** Its beta flags arrive, with one that no gateway knows among them; or the provider wants them in another place. */
  readonly betas: 'all' | 'sent' | 'elsewhere'
}

/** No gateway knows it. */
export const unknownBeta = 'unheard-of-2099-01-01'

export interface AgentRun {
  readonly url: string
  readonly key: string
  readonly model: string
  readonly prompt: string
}

const call = (tool: string, input: Readonly<Record<string, string>>): string => `call ${tool} ${JSON.stringify(input)}`

const quiet = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_TELEMETRY: '1' }

const claudeCode: Agent = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.330',
  program: '@anthropic-ai/claude-code/cli-wrapper.cjs',
  args: ({ prompt, model }) => ['-p', prompt, '--output-format', 'json', '--model', model, '--allowedTools', 'Bash,Write'],
  env: ({ url, key }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_AUTH_TOKEN: key,
    ...quiet,
    ANTHROPIC_BETAS: unknownBeta,
  }),
  home: () => ({}),
  shell: (command) => call('Bash', { command, description: command }),
  write: (path, content) => call('Write', { file_path: path, content }),
  cannotWrite: [],
  ownModel: 'claude-sonnet-4-5',
  isCall: (path) => path.endsWith('/messages'),
  betas: 'all',
}

/** With a gateway that has the credentials of AWS (Claude Code 2.1.330, 2026-11-22). */
const claudeOnBedrock: Agent = {
  ...claudeCode,
  name: 'Claude Code, Bedrock',
  env: ({ url, key }) => ({
    CLAUDE_CODE_USE_BEDROCK: '1',
    ANTHROPIC_BEDROCK_BASE_URL: `${url}/bedrock`,
    CLAUDE_CODE_SKIP_BEDROCK_AUTH: '1',
    ANTHROPIC_AUTH_TOKEN: key,
    AWS_REGION: 'us-east-1',
    ...quiet,
  }),
  ownModel: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  isCall: (path) => path.endsWith('/invoke-with-response-stream'),
  isPassed: true,
  betas: 'elsewhere',
}

/** The key in a header of the gateway's own: what stands in Authorization is a token of Google's elsewhere. */
const claudeOnVertex: Agent = {
  ...claudeCode,
  name: 'Claude Code, Vertex AI',
  env: ({ url, key }) => ({
    CLAUDE_CODE_USE_VERTEX: '1',
    ANTHROPIC_VERTEX_BASE_URL: `${url}/vertex_ai/v1`,
    CLAUDE_CODE_SKIP_VERTEX_AUTH: '1',
    ANTHROPIC_VERTEX_PROJECT_ID: 'acme',
    CLOUD_ML_REGION: 'us-east5',
    ANTHROPIC_CUSTOM_HEADERS: `x-litellm-api-key: Bearer ${key}`,
    ...quiet,
  }),
  ownModel: 'claude-sonnet-4-5@20250929',
  isCall: (path) => path.endsWith(':streamRawPredict'),
  isPassed: true,
  betas: 'sent',
}

const codex: Agent = {
  name: 'Codex CLI',
  package: '@openai/codex',
  version: '0.169.0',
  program: '@openai/codex/bin/codex.js',
  args: ({ prompt }) => ['exec', '--json', '--skip-git-repo-check', '--sandbox', 'danger-full-access', prompt],
  env: ({ key }) => ({ SWITCHYARD_KEY: key }),
  home: ({ url, model }) => ({
    '.codex/config.toml': `model = "${model}"
model_provider = "switchyard"
[model_providers.switchyard]
name = "Switchyard"
base_url = "${url}/v1"
env_key = "SWITCHYARD_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`,
  }),
  shell: (command) => call('exec_command', { cmd: command }),
  write: (path, text) =>
    call('apply_patch', { input: `*** Begin Patch\n*** Add File: ${basename(path)}\n+${text}\n*** End Patch\n` }),
  // A free-form tool: the fake models call functions only, which is what it becomes in the other dialects.
  cannotWrite: ['own', 'responses'],
  ownModel: 'gpt-5.5',
  isCall: (path) => path.endsWith('/responses'),
  betas: 'sent',
}

const geminiCli: Agent = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  version: '0.61.0',
  program: '@google/gemini-cli/bundle/gemini.js',
  args: ({ prompt, model }) => ['--skip-trust', '--yolo', '-m', model, '--output-format', 'json', '-p', prompt],
  env: ({ url, key }) => ({ GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: url }),
  home: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { disableAutoUpdate: true },
    }),
  }),
  shell: (command) => call('run_shell_command', { command }),
  write: (path, content) => call('write_file', { file_path: path, content }),
  cannotWrite: [],
  ownModel: 'gemini-2.5-flash',
  isCall: (path) => /:(?:stream)?[gG]enerateContent$/.test(path),
  betas: 'sent',
}

export const agents: readonly Agent[] = [claudeCode, claudeOnBedrock, claudeOnVertex, codex, geminiCli]
