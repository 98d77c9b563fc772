/** Tables of what hangs on messages. Clients replace `bulkUpsert` to hear of it. */
const table = () => {
  const rows = [];
  return {
    rows,
    mode: {
      async bulkUpsert(added) {
        rows.push(...added);
      },
    },
  };
};

const reactions = table();
const votes = table();

export const reactionTableMode = reactions.mode;
export const pollVoteTableMode = votes.mode;

/** A look at rows by one column, in the form of the page's database helpers. */
export const votesTable = () => ({
  equals: async ([column], value) => votes.rows.filter((row) => row[column] === value),
});
