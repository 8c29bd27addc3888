package io.github.elevenspring.model.account;

import org.jspecify.annotations.Nullable;

/**
 * The user behind the API key, as {@code GET /v1/user} tells. What the service says about
 * the key itself is left out on purpose.
 *
 * @param userId id of the user
 * @param firstName first name
 * @param seatType kind of seat in the workspace
 * @param isNewUser whether the account is new
 * @param subscription the plan of the account
 * @since 0.1.0
 */
public record User(String userId, @Nullable String firstName, @Nullable String seatType, @Nullable Boolean isNewUser,
		@Nullable Subscription subscription) {

}
