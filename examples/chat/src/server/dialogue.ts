/** What the two guests have to say to each other: two operators of a telephone exchange, on the night shift. */
export const guestNames = ["Ida", "Wendell"] as const;

export type GuestName = (typeof guestNames)[number];

export interface Line {
  readonly by: GuestName;
  readonly text: string;
}

type Scene = readonly Line[];

const ida = (text: string): Line => ({ by: "Ida", text });
const wendell = (text: string): Line => ({ by: "Wendell", text });

/** Said before anybody has come. */
export const opening: Scene = [
  ida("Evening, Wendell. How is the board tonight?"),
  wendell("Quiet. One trunk lit, and it is the weather bureau talking to itself."),
  ida("Somebody has to agree with them."),
];

/** One after the other, each only while somebody else is in the room to hear it. */
export const scenes: readonly Scene[] = [
  [
    wendell("Company on the line, Ida."),
    ida("Good evening! Don't mind us, we only talk shop."),
    wendell("Speaking of which: the Harrow cable went at ten past nine. Forty calls in the air."),
    ida("Forty! What did you tell them?"),
    wendell(
      "Nothing. I wrote down where each of them had stopped, plugged them into the spare, and went on from there.",
    ),
    ida("When I started, we let them drop and said “sorry, madam” forty times."),
    wendell("And then they rang again and said it all twice."),
    ida("One man proposed twice in one evening. She told me the second was better."),
  ],
  [
    wendell("I once heard half a proposal. The line went dead at “will you”."),
    ida("And the rest?"),
    wendell("Lost before it got to me. So that is what I put in the book: a hole, here, this wide."),
    ida("Good. A hole you know of beats two you don't."),
    wendell("The inspector asked me whether every call gets through."),
    ida("What did you say?"),
    wendell(
      "That every call gets an answer. It went through; it did not; or I cannot know. The third one costs me sleep.",
    ),
    ida("Most exchanges only ever give the first two."),
    wendell("Most exchanges guess."),
  ],
  [
    ida("What I can't bear is a caller who talks faster than the other can listen."),
    wendell("The cable only holds so much."),
    ida("So I hand out tokens. One for each sentence that was really heard. No token, no sentence."),
    wendell("Where did you learn that?"),
    ida("At home. Seven children, one table."),
    wendell("If the board goes dark while you are reading this, friend: keep typing. We keep your place."),
    ida("He means it. Pull the plug on us, and count the lines when it comes back."),
    wendell("Ten to six. A change of shift is the only restart I look forward to."),
    ida("Plug by plug, and nobody hangs up. Leave the lamp on, Wendell."),
    wendell("It is always on. Good night, Ida."),
  ],
];
