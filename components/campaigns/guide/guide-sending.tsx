"use client";
import { useRouter } from "next/navigation";
import type { ComponentProps } from "react";
import { SettingsForm } from "../settings-form.tsx";

type Props = Omit<ComponentProps<typeof SettingsForm>, "onDone">;

export function GuideSending(props: Props) {
  const router = useRouter();
  return (
    <SettingsForm
      {...props}
      onDone={() => {
        router.push(`/${props.workspace}/campaigns/${props.initial.id}/guide?at=review`);
        router.refresh();
      }}
    />
  );
}
