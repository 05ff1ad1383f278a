"use client";
import { useMutation } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { alone, asProblem, useTRPCClient } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { FormError } from "#components/ui/form-error";
import type { SeenAs } from "#server/mail/schema";
import type { DeliveryReport } from "#server/templates/schema";
import { SpamRules } from "./spam-rules.tsx";
import type { Draft } from "./template-editor.tsx";

type Props = { draft: Draft; seen: SeenAs; disabled: boolean };

/** Asks others about what is in the editor now: whether its links answer, and what a spam filter makes of it. */
export function CheckDelivery({ draft, seen, disabled }: Props) {
  const client = useTRPCClient();
  const { subject, previewText, html, text } = draft;
  const check = useMutation({
    mutationFn: () =>
      client.templates.checkDelivery.mutate(
        { subject, previewText, html, text, ...seen },
        { context: alone },
      ),
  });
  return (
    <div className="space-y-2 border-t pt-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">Do its links answer?</p>
        <Button pending={check.isPending} disabled={disabled} onClick={() => check.mutate()}>
          <Link2 /> Check the links
        </Button>
      </div>
      <FormError>{asProblem(check.error)?.message ?? null}</FormError>
      <div role="status">{check.data && !check.isPending && <Report report={check.data} />}</div>
    </div>
  );
}

function Report({ report: { asked, left, problems, spam } }: { report: DeliveryReport }) {
  const answering = asked - problems.length;
  const answer = answering === 1 ? "1 link answers." : `${answering.toLocaleString("en")} links answer.`;
  return (
    <div className="space-y-2">
      <Callout kind={problems.length > 0 || left > 0 ? "warning" : asked === 0 ? "info" : "success"}>
        {problems.length > 0 && (
          <ul className="mb-1.5 space-y-1.5">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
        {asked + left === 0 ? "It has no links that could be asked." : answer}
        {left > 0 && ` For ${left.toLocaleString("en")} more there was no time.`}
      </Callout>
      {spam?.failure && <Callout kind="warning">{spam.failure}</Callout>}
      {spam?.score && <SpamRules title="This mail" score={spam.score} />}
    </div>
  );
}
