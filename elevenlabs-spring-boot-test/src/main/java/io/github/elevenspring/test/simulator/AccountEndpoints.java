package io.github.elevenspring.test.simulator;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import reactor.core.publisher.Mono;

/**
 * The models, the user and the subscription.
 */
final class AccountEndpoints {

	private final Account account;

	AccountEndpoints(Account account) {
		this.account = account;
	}

	Mono<Answer> models(Exchange exchange) {
		// without a key the vendor looks for a workspace first, seen 2026-09
		this.account.authenticator().check(exchange, ApiError.workspaceNotFound());
		List<ModelBody> models = ModelCatalog.all().stream().map(ModelBody::of).toList();
		return Mono.just(Answer.json(200, models));
	}

	Mono<Answer> user(Exchange exchange) {
		this.account.authenticator().check(exchange);
		Map<String, Object> user = new LinkedHashMap<>();
		user.put("user_id", "simulated-user");
		user.put("subscription", subscription());
		user.put("is_new_user", false);
		user.put("xi_api_key", null);
		user.put("xi_api_key_preview", null);
		user.put("can_use_delayed_payment_methods", false);
		user.put("is_onboarding_completed", true);
		user.put("is_onboarding_checklist_completed", true);
		user.put("show_compliance_terms", false);
		user.put("first_name", "Simon");
		user.put("created_at", 1_700_000_000L);
		user.put("seat_type", "workspace_admin");
		return Mono.just(Answer.json(200, user));
	}

	Mono<Answer> subscription(Exchange exchange) {
		this.account.authenticator().check(exchange);
		return Mono.just(Answer.json(200, subscription()));
	}

	private Map<String, Object> subscription() {
		SimulatorPlan plan = this.account.plan();
		boolean free = plan == SimulatorPlan.FREE;
		boolean professional = plan.compareTo(SimulatorPlan.CREATOR) >= 0;
		Map<String, Object> subscription = new LinkedHashMap<>();
		subscription.put("tier", plan.name().toLowerCase(Locale.ROOT));
		subscription.put("character_count", this.account.credits().used());
		subscription.put("character_limit", this.account.credits().quota());
		subscription.put("max_character_limit_extension", null);
		subscription.put("max_credit_limit_extension", 0);
		subscription.put("can_extend_character_limit", professional);
		subscription.put("allowed_to_extend_character_limit", professional);
		subscription.put("next_character_count_reset_unix", nextMonth());
		subscription.put("voice_slots_used", this.account.voices().own());
		subscription.put("professional_voice_slots_used", 0);
		subscription.put("professional_voice_slots_used_in_workspace", 0);
		subscription.put("voice_limit", free ? 3 : 30);
		subscription.put("max_voice_add_edits", 290);
		subscription.put("voice_add_edit_counter", 0);
		subscription.put("professional_voice_limit", professional ? 1 : 0);
		subscription.put("can_extend_voice_limit", false);
		subscription.put("can_use_instant_voice_cloning", !free);
		subscription.put("can_use_professional_voice_cloning", professional);
		subscription.put("currency", free ? null : "usd");
		subscription.put("current_overage", Map.of("amount", "0", "currency", "usd"));
		subscription.put("status", free ? "free" : "active");
		subscription.put("billing_period", free ? null : "monthly_period");
		subscription.put("character_refresh_period", "monthly_period");
		subscription.put("next_invoice", null);
		subscription.put("open_invoices", List.of());
		subscription.put("has_open_invoices", false);
		subscription.put("pending_change", null);
		subscription.put("has_used_starter_coupon_on_account", false);
		subscription.put("has_used_creator_coupon_on_account", false);
		return subscription;
	}

	private static long nextMonth() {
		Instant next = YearMonth.now(ZoneOffset.UTC).plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
		return next.getEpochSecond();
	}

}
