/*
 * Mails as they come back in real life: the reports of the common mail programs, with the addresses changed.
 */

const crlf = (text: string) => text.replace(/\r?\n/g, "\r\n");
export const mailOf = (text: string): Buffer => Buffer.from(crlf(text.replace(/^\n/, "")));

export type About = { to: string; messageId: string; subject?: string };

/** Somebody's answer. `head` are further header lines. */
export const replyMail = (
  {
    from,
    text = "Sounds good!",
    messageId = `<${crypto.randomUUID()}@mail.example>`,
  }: { from: string; text?: string; messageId?: string },
  { subject = "Hello", head = [] as string[] },
): Buffer =>
  mailOf(`
From: Ada Lovelace <${from}>
To: hello@ours.example
Subject: Re: ${subject}
Message-ID: ${messageId}
${head.map((line) => `${line}\n`).join("")}Date: Mon, 5 Jan 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

${text}

On Mon, 5 Jan 2026 at 09:00, Hello <hello@ours.example> wrote:
> Hello Ada
> unsubscribe: https://ours.example/u/x
`);

/** As Postfix writes it, with the headers of the returned mail only. */
export const postfixReport = (
  { to, messageId, subject = "Hello" }: About,
  {
    status = "5.1.1",
    action = "failed",
    diagnostic = `550 5.1.1 <${to}>: Recipient address rejected: User unknown`,
  } = {},
): Buffer =>
  mailOf(`
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: hello@ours.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <${crypto.randomUUID()}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

<${to}>: host mx.other.example said: ${diagnostic}

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4XyZ
Arrival-Date: Mon,  5 Jan 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; ${to}
Original-Recipient: rfc822;${to}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.other.example
Diagnostic-Code: smtp; ${diagnostic}

--b1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <hello@ours.example>
From: Hello <hello@ours.example>
To: ${to}
Subject: ${subject}
Message-ID: ${messageId}

--b1--
`);

/** As Exchange Online writes it, with the whole mail returned. */
export const exchangeReport = ({ to, messageId, subject = "Hello" }: About): Buffer =>
  mailOf(`
From: <postmaster@outlook.com>
To: <hello@ours.example>
Subject: Undeliverable: ${subject}
Content-Type: multipart/report; report-type=delivery-status; boundary="b2"
MIME-Version: 1.0
X-Auto-Response-Suppress: All
In-Reply-To: ${messageId}
References: ${messageId}

--b2
Content-Type: multipart/alternative; boundary="b3"

--b3
Content-Type: text/html; charset="us-ascii"

<html><body><p>Your message to ${to} couldn't be delivered.</p></body></html>

--b3--

--b2
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;ours.example

Final-Recipient: rfc822;${to}
Action: failed
Status: 5.4.1
Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied. For more
 information see https://aka.ms/EXOSmtpErrors [AM0]

--b2
Content-Type: message/rfc822

From: Hello <hello@ours.example>
To: ${to}
Subject: ${subject}
Message-ID: ${messageId}
MIME-Version: 1.0
Content-Type: text/plain

Hello
--b2--
`);

/** As Gmail writes it for accounts over quota: no machine-readable part, one header, the mail quoted below. */
export const gmailReport = ({ to, messageId }: About): Buffer =>
  mailOf(`
Return-Path: <>
X-Failed-Recipients: ${to}
Auto-Submitted: auto-replied
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: hello@ours.example
Subject: Delivery Status Notification (Failure)
Message-ID: <${crypto.randomUUID()}.GMR@mx.google.com>
Content-Type: text/plain; charset=UTF-8

Delivery to the following recipient failed permanently:

     ${to}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain.

The error that the other server returned was:
552 5.2.2 The email account that you tried to reach is over quota

----- Original message -----

Message-ID: ${messageId}
Subject: Hello
From: Hello <hello@ours.example>
To: ${to}
`);

/** As qmail writes it (QSBMF). */
export const qmailReport = ({ to, messageId }: About): Buffer =>
  mailOf(`
Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: hello@ours.example
Subject: failure notice
Date: 5 Jan 2026 10:00:00 -0000

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<${to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <hello@ours.example>
From: Hello <hello@ours.example>
To: ${to}
Message-ID: ${messageId}

Hello
`);

/** As Exim writes it. */
export const eximReport = ({ to, messageId }: About): Buffer =>
  mailOf(`
Return-path: <>
X-Failed-Recipients: ${to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: hello@ours.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1t-0001@exim.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${to}
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

From: Hello <hello@ours.example>
To: ${to}
Message-ID: ${messageId}

Hello
`);

/** A feedback report (ARF), as receivers send it when somebody presses "This is spam". */
export const complaintReport = ({ to, messageId }: About, type = "abuse"): Buffer =>
  mailOf(`
From: <fbl@isp.example>
To: hello@ours.example
Subject: FW: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b4"

--b4
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for a message received on 5 Jan 2026.

--b4
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <${to}>

--b4
Content-Type: message/rfc822

From: Hello <hello@ours.example>
To: ${to}
Subject: Hello
Message-ID: ${messageId}

Hello
--b4--
`);
