import type { SpamScore } from "#server/mail/spam-score";

type Props = { title: string; score: SpamScore };

/** What a spam filter gives one mail, and on demand for what. */
export function SpamRules({ title, score: { points, threshold, rules } }: Props) {
  return (
    <details>
      <summary className="cursor-pointer">
        {title}: spam score{" "}
        <span className={points < threshold ? "text-success" : "text-warning"}>{points}</span>, from{" "}
        {threshold} on it is spam
      </summary>
      <ul className="mt-1 ml-4 text-muted">
        {rules.map((rule) => (
          <li key={rule.name} className="break-words">
            <span className="tabular-nums">{rule.points}</span> {rule.description || rule.name}
          </li>
        ))}
        {rules.length === 0 && <li>No rule gave or took points.</li>}
      </ul>
    </details>
  );
}
