"use client";
import type { ComponentProps } from "react";
import { BarePage } from "#components/shell/bare-page";
import { FailedPage } from "#components/shell/failed-page";

export default function Failed(props: ComponentProps<typeof FailedPage>) {
  return (
    <BarePage>
      <FailedPage {...props} />
    </BarePage>
  );
}
